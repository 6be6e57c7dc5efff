/* SPDX-License-Identifier: Apache-2.0 */
/* net/curl-library.h: libcurl, loaded when the first request is to go out */
#pragma once

/* Its checks of argument types work on calls by name only. */
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <glib.h>

G_BEGIN_DECLS

/* The functions that are used, each under its name without "curl_". */
#define DD_CURL_FUNCTIONS(X) \
  X (easy_init) \
  X (easy_setopt) \
  X (easy_getinfo) \
  X (easy_reset) \
  X (easy_cleanup) \
  X (easy_strerror) \
  X (multi_init) \
  X (multi_setopt) \
  X (multi_add_handle) \
  X (multi_remove_handle) \
  X (multi_socket_action) \
  X (multi_info_read) \
  X (multi_cleanup) \
  X (slist_append) \
  X (slist_free_all)

#define DD_CURL_MEMBER(name) __typeof__ (curl_##name) *name;
typedef struct
{
  DD_CURL_FUNCTIONS (DD_CURL_MEMBER)
} DdCurl;
#undef DD_CURL_MEMBER

/* Where the library cannot be loaded the program ends, as it would have when it was started. */
const DdCurl *dd_curl (void);

G_END_DECLS
