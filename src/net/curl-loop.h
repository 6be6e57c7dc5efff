/* SPDX-License-Identifier: Apache-2.0 */
/* net/curl-loop.h: libcurl transfers that go on while a GMainContext runs */
#pragma once

#include "net/curl-library.h"

G_BEGIN_DECLS

typedef struct _DdCurlLoop DdCurlLoop;

/* EASY is out of the loop again. May add and remove transfers and free the loop. */
typedef void (*DdCurlDone) (CURL *easy, CURLcode result, gpointer data);

DdCurlLoop *dd_curl_loop_new (GMainContext *context, DdCurlDone done, gpointer data);
/* Every transfer must have been removed. */
void dd_curl_loop_free (DdCurlLoop *loop);

/* Nothing happens before the context runs. Handles stay the caller's. */
void dd_curl_loop_add (DdCurlLoop *loop, CURL *easy);
void dd_curl_loop_remove (DdCurlLoop *loop, CURL *easy);

G_END_DECLS
