/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * EEasSurroundings: what the machine is in: network, power, sleep. On the main
 * thread; the callback comes from there, and out of e_eas_surroundings_now().
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _EEasSurroundings EEasSurroundings;

typedef enum {
	E_EAS_SURROUNDINGS_CHANGED,         /* one of the values below */
	E_EAS_SURROUNDINGS_NETWORK_CHANGED, /* another network, or it is back */
	E_EAS_SURROUNDINGS_RESUMED          /* the machine has slept */
} EEasSurroundingsEvent;

typedef void (*EEasSurroundingsFunc) (EEasSurroundingsEvent event, gpointer user_data);

EEasSurroundings *e_eas_surroundings_new (EEasSurroundingsFunc func, gpointer user_data);
void e_eas_surroundings_free (EEasSurroundings *self);

/* @host: a server on this machine or in its own network needs no way out. */
gboolean e_eas_surroundings_is_online (EEasSurroundings *self, const char *host);
gboolean e_eas_surroundings_is_economical (EEasSurroundings *self);
gboolean e_eas_surroundings_is_suspended (EEasSurroundings *self);
/* A name for the present network, the same whenever the machine is there; NULL unknown. */
char *e_eas_surroundings_dup_network (EEasSurroundings *self);
/* Milliseconds, through sleep. Notices a sleep that nobody announced. */
gint64 e_eas_surroundings_now (EEasSurroundings *self);

G_END_DECLS
