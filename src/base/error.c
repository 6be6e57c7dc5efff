/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/error.h"

G_DEFINE_QUARK (dd - error - quark, dd_error)
