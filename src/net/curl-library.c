/* SPDX-License-Identifier: Apache-2.0 */
/* A world behind a port asks nobody and a rehearsal by function calls neither, but libcurl brings
 * two dozen libraries with it (Kerberos, LDAP, SSH, a second TLS): two fifths of what starting the
 * program costs and a quarter of its idle memory. So it is loaded by those who use it. */
#include "config.h"

#include "net/curl-library.h"

#include <dlfcn.h>
#include <stdlib.h>

#include "base/command.h"

static void *
find (void *library, const char *name)
{
  void *function = library != NULL ? dlsym (library, name) : NULL;

  if (function != NULL)
    return function;
  g_printerr ("drydock: libcurl: %s\n", dlerror ());
  exit (DD_EXIT_INTERNAL);
}

const DdCurl *
dd_curl (void)
{
  static DdCurl curl;
  void *library;

  if (curl.easy_init != NULL)
    return &curl;
  library = dlopen (CURL_SONAME, RTLD_LAZY | RTLD_LOCAL);
#define FIND(function) curl.function = find (library, "curl_" #function);
  DD_CURL_FUNCTIONS (FIND)
#undef FIND
  return &curl;
}
