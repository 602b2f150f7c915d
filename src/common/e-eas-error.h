/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * EAS_ERROR -> the errors of EDS's clients: one table, used once per virtual
 * function, at its outermost line. Errors of other domains pass untouched: EDS
 * reads G_IO_ERROR and G_TLS_ERROR for trust prompts and offline.
 */

#pragma once

#include "eas-error.h"

G_BEGIN_DECLS

/* Replace *@error in place; %NULL and foreign domains are left alone. Always FALSE, for "return
 * e_eas_error_to_cal (error)". */
gboolean e_eas_error_to_cal (GError **error);
gboolean e_eas_error_to_book (GError **error);

/* Does waiting and trying again help, without anybody changing anything? */
gboolean e_eas_error_is_transient (const GError *error);

G_END_DECLS
