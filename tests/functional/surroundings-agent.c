/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Plays logind, NetworkManager and power-profiles-daemon on the system bus of a test
 * (which is its session bus): a line on standard input for each change, "done" for
 * an answer. Words: sleep wake, offline online, metered unmetered, saver balanced.
 */

#include <stdio.h>
#include <string.h>

#include <gio/gio.h>

#define NETWORK "org.freedesktop.NetworkManager"
#define POWER   "net.hadess.PowerProfiles"

typedef struct {
	const char *name, *path, *xml;
} Service;

static const Service services[] = {
	{ "org.freedesktop.login1", "/org/freedesktop/login1",
	  "<node><interface name='org.freedesktop.login1.Manager'><signal name='PrepareForSleep'>"
	  "<arg type='b'/></signal></interface></node>" },
	{ NETWORK, "/org/freedesktop/NetworkManager",
	  "<node><interface name='" NETWORK "'><property name='Connectivity' type='u' "
	  "access='read'/><property name='State' type='u' access='read'/><property name='Metered' "
	  "type='u' access='read'/></interface></node>" },
	{ POWER, "/net/hadess/PowerProfiles",
	  "<node><interface name='" POWER "'><property name='ActiveProfile' type='s' "
	  "access='readwrite'/></interface></node>" },
};

/* What a word changes; no property: a signal of logind. */
typedef struct {
	const char *word;
	guint service;
	const char *property;
	guint number;
	const char *text;
} Change;

static const Change changes[] = {
	{ "sleep", 0, NULL, TRUE, NULL },
	{ "wake", 0, NULL, FALSE, NULL },
	{ "offline", 1, "Connectivity", 1, NULL }, /* NM_CONNECTIVITY_NONE */
	{ "online", 1, "Connectivity", 4, NULL },  /* FULL */
	{ "metered", 1, "Metered", 1, NULL },      /* NM_METERED_YES */
	{ "unmetered", 1, "Metered", 2, NULL },
	{ "saver", 2, "ActiveProfile", 0, "power-saver" },
	{ "balanced", 2, "ActiveProfile", 0, "balanced" },
};

static guint connectivity = 4, metered = 2;
static const char *profile = "balanced";

static GVariant *
value_of (const char *property)
{
	if (g_str_equal (property, "Connectivity"))
		return g_variant_new_uint32 (connectivity);
	if (g_str_equal (property, "State")) /* NM_STATE_CONNECTED_GLOBAL, _DISCONNECTED */
		return g_variant_new_uint32 (connectivity == 1 ? 20 : 70);
	if (g_str_equal (property, "Metered"))
		return g_variant_new_uint32 (metered);

	return g_variant_new_string (profile);
}

static GVariant *
get_property (GDBusConnection *bus,
	      const char *sender,
	      const char *path,
	      const char *interface,
	      const char *property,
	      GError **error,
	      gpointer user_data)
{
	return value_of (property);
}

static void
tell_properties (GDBusConnection *bus, const Service *service, const char *property)
{
	GVariantBuilder values;

	g_variant_builder_init (&values, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add (&values, "{sv}", property, value_of (property));
	if (g_str_equal (property, "Connectivity"))
		g_variant_builder_add (&values, "{sv}", "State", value_of ("State"));
	g_dbus_connection_emit_signal (
		bus, NULL, service->path, "org.freedesktop.DBus.Properties", "PropertiesChanged",
		g_variant_new ("(sa{sv}as)", service->name, &values, NULL), NULL);
}

static void
make (GDBusConnection *bus, const Change *change)
{
	const Service *service = &services[change->service];

	if (change->property == NULL) {
		g_dbus_connection_emit_signal (
			bus, NULL, service->path, "org.freedesktop.login1.Manager",
			"PrepareForSleep", g_variant_new ("(b)", (gboolean) change->number), NULL);
		return;
	}
	if (change->text != NULL)
		profile = change->text;
	else if (g_str_equal (change->property, "Metered"))
		metered = change->number;
	else
		connectivity = change->number;
	tell_properties (bus, service, change->property);
}

static gboolean
obey (GDBusConnection *bus, const char *word)
{
	for (guint i = 0; i < G_N_ELEMENTS (changes); i++) {
		if (!g_str_equal (word, changes[i].word))
			continue;
		make (bus, &changes[i]);
		return g_dbus_connection_flush_sync (bus, NULL, NULL);
	}

	return FALSE;
}

static gboolean
line_cb (GIOChannel *channel, GIOCondition condition, gpointer user_data)
{
	gpointer *context = user_data;
	g_autofree char *line = NULL;

	if (g_io_channel_read_line (channel, &line, NULL, NULL, NULL) != G_IO_STATUS_NORMAL) {
		g_main_loop_quit (context[1]);
		return G_SOURCE_REMOVE;
	}
	printf ("%s\n", obey (context[0], g_strstrip (line)) ? "done" : "what?");
	fflush (stdout);

	return G_SOURCE_CONTINUE;
}

static gboolean
offer (GDBusConnection *bus, const Service *service, GError **error)
{
	static const GDBusInterfaceVTable table = { NULL, get_property, NULL, { 0 } };
	g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (service->xml, error);
	g_autoptr (GVariant) answer = NULL;

	if (node == NULL ||
	    g_dbus_connection_register_object (bus, service->path, node->interfaces[0], &table,
					       NULL, NULL, error) == 0)
		return FALSE;
	answer = g_dbus_connection_call_sync (bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
					      "org.freedesktop.DBus", "RequestName",
					      g_variant_new ("(su)", service->name, 0), NULL,
					      G_DBUS_CALL_FLAGS_NONE, -1, NULL, error);

	return answer != NULL;
}

int
main (void)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SYSTEM, NULL, &error);
	g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
	g_autoptr (GIOChannel) input = g_io_channel_unix_new (0);
	gpointer context[] = { bus, loop };

	for (guint i = 0; error == NULL && i < G_N_ELEMENTS (services); i++)
		offer (bus, &services[i], &error);
	if (error != NULL) {
		fprintf (stderr, "%s\n", error->message);
		return 1;
	}
	g_io_add_watch (input, G_IO_IN | G_IO_HUP, line_cb, context);
	printf ("ready\n");
	fflush (stdout);
	g_main_loop_run (loop);

	return 0;
}
