/* SPDX-License-Identifier: Apache-2.0 */
/* net/api-error.h: what the "no" of an API means: one table for the whole program */
#pragma once

#include "base/error.h"

G_BEGIN_DECLS

typedef struct
{
  const char *api;     /* "aws" or "kubernetes" */
  const char *code;    /* as on the wire; NULL: none is asked for */
  guint status;        /* 0: any */
  const char *message; /* part of it, where one code stands for everything; NULL: any */
  DdError error;       /* what a caller does about it; retry.c says whether and when again */
  const char *hint;    /* what a person does about it; NULL: the message says it */
} DdApiError;

/* The row of an answer of API with STATUS, CODE and MESSAGE (NULL: it names none); never NULL. */
const DdApiError *dd_api_error_find (const char *api, const char *code, guint status,
                                     const char *message);

G_END_DECLS
