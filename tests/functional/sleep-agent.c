/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Plays logind on the bus that DBUS_SYSTEM_BUS_ADDRESS names. Lines on standard
 * input: "sleep" and "wake", announced as PrepareForSleep; the end of it ends it.
 * Says "ready" when it has the name, and "done" after each line.
 */

#include <gio/gio.h>
#include <stdio.h>
#include <string.h>

static void
announce (GDBusConnection *bus, gboolean starts)
{
	g_autoptr (GError) error = NULL;

	g_dbus_connection_emit_signal (bus, NULL, "/org/freedesktop/login1",
				       "org.freedesktop.login1.Manager", "PrepareForSleep",
				       g_variant_new ("(b)", starts), &error);
	g_dbus_connection_flush_sync (bus, NULL, NULL);
	printf ("%s\n", error == NULL ? "done" : error->message);
	fflush (stdout);
}

int
main (void)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SYSTEM, NULL, &error);
	g_autoptr (GVariant) answer = NULL;
	char line[64];

	if (bus != NULL)
		answer = g_dbus_connection_call_sync (
			bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
			"org.freedesktop.DBus", "RequestName",
			g_variant_new ("(su)", "org.freedesktop.login1", 0), NULL,
			G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
	if (answer == NULL) {
		fprintf (stderr, "%s\n", error->message);
		return 1;
	}
	printf ("ready\n");
	fflush (stdout);
	while (fgets (line, sizeof (line), stdin) != NULL)
		announce (bus, strncmp (line, "sleep", 5) == 0);

	return 0;
}
