/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is opened from a file or a mail, before EDS takes it apart. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * The same text with each series before its moved occurrences: EDS takes one component
 * after the other, and a series that comes later replaces what it finds. NULL with error
 * where something in it would get lost without a word.
 */
char *e_cal_backend_eas_receive_prepare (const char *calobj, GError **error);

G_END_DECLS
