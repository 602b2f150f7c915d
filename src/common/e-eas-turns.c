/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Locked files; see the header. They stay where they are: who removes a file makes room for one
 * more. */

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "e-eas-turns.h"

gboolean
e_eas_turns_take (const char *directory, int *out_fd)
{
	g_return_val_if_fail (directory != NULL && out_fd != NULL, FALSE);

	for (guint i = 1; i <= E_EAS_N_TURNS; i++) {
		g_autofree char *name = g_strdup_printf ("turn-%u", i);
		g_autofree char *path = g_build_filename (directory, name, NULL);

		*out_fd = g_open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		if (*out_fd < 0)
			return TRUE;
		if (flock (*out_fd, LOCK_EX | LOCK_NB) == 0)
			return TRUE;
		if (errno != EWOULDBLOCK) {
			close (*out_fd);
			*out_fd = -1;
			return TRUE;
		}
		close (*out_fd);
	}
	*out_fd = -1;

	return FALSE;
}
