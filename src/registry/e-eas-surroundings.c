/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * GNetworkMonitor, GPowerProfileMonitor, logind's PrepareForSleep where there is a
 * system bus; and two clocks, of which one stands still in sleep.
 */

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "e-eas-surroundings.h"

#define LOGIN_NAME      "org.freedesktop.login1"
#define LOGIN_PATH      "/org/freedesktop/login1"
#define LOGIN_INTERFACE "org.freedesktop.login1.Manager"
#define SLEPT_MS        2000 /* between the clocks: that was a sleep */
#define ROUTES          "/proc/net/route"
#define NEIGHBOURS      "/proc/net/arp"
#define NO_ADDRESS      "00:00:00:00:00:00"

struct _EEasSurroundings {
	EEasSurroundingsFunc func;
	gpointer user_data;
	GNetworkMonitor *network;
	GPowerProfileMonitor *power;
	GCancellable *cancellable;
	GDBusConnection *system;
	guint sleep_signal;
	gboolean preparing; /* logind says that the machine is about to sleep */
	gboolean available;
	char *way;       /* the default route, when last looked at */
	gint64 slept_ms; /* in all, by the two clocks */
};

static gint64
read_clock (clockid_t id)
{
	struct timespec time;

	clock_gettime (id, &time);

	return (gint64) time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static gint64
read_slept_ms (void)
{
#ifdef CLOCK_BOOTTIME
	return read_clock (CLOCK_BOOTTIME) - read_clock (CLOCK_MONOTONIC);
#else
	return 0;
#endif
}

gint64
e_eas_surroundings_now (EEasSurroundings *self)
{
	gint64 slept_ms = read_slept_ms ();

	if (slept_ms - self->slept_ms > SLEPT_MS) {
		self->slept_ms = slept_ms;
		self->func (E_EAS_SURROUNDINGS_RESUMED, self->user_data);
	}

	return read_clock (CLOCK_MONOTONIC) + slept_ms;
}

/* --- The network --- */

/* The default route with the lowest metric: its interface and gateway. */
static gboolean
find_way (char interface[32], guint32 *out_gateway)
{
	g_autofree char *text = NULL;
	g_auto (GStrv) lines = NULL;
	guint best = G_MAXUINT;

	if (!g_file_get_contents (ROUTES, &text, NULL, NULL))
		return FALSE;
	lines = g_strsplit (text, "\n", -1);
	for (guint i = 1; lines[0] != NULL && lines[i] != NULL; i++) {
		char name[32];
		guint target, gateway, flags, references, use, metric;

		if (sscanf (lines[i], "%31s %x %x %x %u %u %u", name, &target, &gateway, &flags,
			    &references, &use, &metric) != 7 ||
		    target != 0 || gateway == 0 || metric >= best)
			continue;
		best = metric;
		*out_gateway = gateway;
		g_strlcpy (interface, name, 32);
	}

	return best != G_MAXUINT;
}

static char *
dup_way (void)
{
	char interface[32];
	guint32 gateway;

	return find_way (interface, &gateway) ? g_strdup_printf ("%s %08x", interface, gateway)
					      : NULL;
}

/* The gateway's hardware address tells two networks of the same numbers apart. NULL: not known. */
static char *
dup_gateway_hardware (guint32 gateway)
{
	g_autofree char *text = NULL;
	g_auto (GStrv) lines = NULL;
	guint8 byte[4];
	g_autofree char *number = NULL;

	memcpy (byte, &gateway, 4); /* the file shows it as this machine stores it */
	number = g_strdup_printf ("%u.%u.%u.%u", byte[0], byte[1], byte[2], byte[3]);
	if (!g_file_get_contents (NEIGHBOURS, &text, NULL, NULL))
		return NULL;
	lines = g_strsplit (text, "\n", -1);
	for (guint i = 0; lines[i] != NULL; i++) {
		char address[64], hardware[64];

		if (sscanf (lines[i], "%63s %*s %*s %63s", address, hardware) == 2 &&
		    strcmp (address, number) == 0 && strcmp (hardware, NO_ADDRESS) != 0)
			return g_strdup (hardware);
	}

	return NULL;
}

char *
e_eas_surroundings_dup_network (EEasSurroundings *self)
{
	char interface[32];
	guint32 gateway;
	g_autofree char *hardware = NULL;
	g_autofree char *text = NULL;
	char *sum;

	if (!find_way (interface, &gateway))
		return NULL;
	hardware = dup_gateway_hardware (gateway);
	if (hardware == NULL)
		return NULL;
	text = g_strdup_printf ("%08x %s", gateway, hardware);
	/* Short, and nothing in the file says where somebody has been. */
	sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
	sum[12] = '\0';

	return sum;
}

static gboolean
is_near (const char *host)
{
	g_autoptr (GInetAddress) address =
		host != NULL ? g_inet_address_new_from_string (host) : NULL;

	if (g_strcmp0 (host, "localhost") == 0)
		return TRUE;

	return address != NULL && (g_inet_address_get_is_loopback (address) ||
				   g_inet_address_get_is_site_local (address) ||
				   g_inet_address_get_is_link_local (address));
}

gboolean
e_eas_surroundings_is_online (EEasSurroundings *self, const char *host)
{
	return g_network_monitor_get_network_available (self->network) || is_near (host);
}

static void
network_changed_cb (GNetworkMonitor *monitor, gboolean available, gpointer user_data)
{
	EEasSurroundings *self = user_data;
	g_autofree char *way = dup_way ();
	gboolean other = g_strcmp0 (way, self->way) != 0 || (available && !self->available);

	/* Most changes are none to us: another container's bridge, an address renewed. */
	if (available == self->available && !other)
		return;
	g_free (self->way);
	self->way = g_steal_pointer (&way);
	self->available = available;
	self->func (E_EAS_SURROUNDINGS_CHANGED, self->user_data);
	if (available && other)
		self->func (E_EAS_SURROUNDINGS_NETWORK_CHANGED, self->user_data);
}

/* NetworkManager's word comes after the routes, and by itself. */
static void
available_changed_cb (GObject *object, GParamSpec *param, gpointer user_data)
{
	GNetworkMonitor *monitor = G_NETWORK_MONITOR (object);

	network_changed_cb (monitor, g_network_monitor_get_network_available (monitor), user_data);
}

/* --- Power --- */

gboolean
e_eas_surroundings_is_economical (EEasSurroundings *self)
{
	return g_network_monitor_get_network_metered (self->network) ||
	       (self->power != NULL &&
		g_power_profile_monitor_get_power_saver_enabled (self->power));
}

static void
value_changed_cb (GObject *object, GParamSpec *param, gpointer user_data)
{
	EEasSurroundings *self = user_data;

	self->func (E_EAS_SURROUNDINGS_CHANGED, self->user_data);
}

/* --- Sleep --- */

gboolean
e_eas_surroundings_is_suspended (EEasSurroundings *self)
{
	return self->preparing;
}

static void
prepare_for_sleep_cb (GDBusConnection *connection,
		      const char *sender,
		      const char *path,
		      const char *interface,
		      const char *signal,
		      GVariant *parameters,
		      gpointer user_data)
{
	EEasSurroundings *self = user_data;
	gboolean starts = FALSE;

	if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(b)")))
		return;
	g_variant_get (parameters, "(b)", &starts);
	if (starts == self->preparing)
		return;
	self->preparing = starts;
	if (!starts) {
		self->slept_ms = read_slept_ms ();
		self->func (E_EAS_SURROUNDINGS_RESUMED, self->user_data);
	}
	self->func (E_EAS_SURROUNDINGS_CHANGED, self->user_data);
}

static void
got_system_bus_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
	g_autoptr (GError) error = NULL;
	GDBusConnection *system = g_bus_get_finish (result, &error);
	EEasSurroundings *self = user_data;

	/* No bus, no announcements; after cancelling, which ends here too, @self is gone. */
	if (system == NULL)
		return;
	self->system = system;
	self->sleep_signal = g_dbus_connection_signal_subscribe (
		system, LOGIN_NAME, LOGIN_INTERFACE, "PrepareForSleep", LOGIN_PATH, NULL,
		G_DBUS_SIGNAL_FLAGS_NONE, prepare_for_sleep_cb, self, NULL);
}

/* --- The object --- */

EEasSurroundings *
e_eas_surroundings_new (EEasSurroundingsFunc func, gpointer user_data)
{
	EEasSurroundings *self = g_new0 (EEasSurroundings, 1);

	self->func = func;
	self->user_data = user_data;
	self->cancellable = g_cancellable_new ();
	self->network = g_object_ref (g_network_monitor_get_default ());
	self->available = g_network_monitor_get_network_available (self->network);
	self->way = dup_way ();
	self->slept_ms = read_slept_ms ();
	g_signal_connect (self->network, "network-changed", G_CALLBACK (network_changed_cb), self);
	g_signal_connect (self->network, "notify::network-available",
			  G_CALLBACK (available_changed_cb), self);
	g_signal_connect (self->network, "notify::network-metered", G_CALLBACK (value_changed_cb),
			  self);
	self->power = g_power_profile_monitor_dup_default ();
	if (self->power != NULL)
		g_signal_connect (self->power, "notify::power-saver-enabled",
				  G_CALLBACK (value_changed_cb), self);
	g_bus_get (G_BUS_TYPE_SYSTEM, self->cancellable, got_system_bus_cb, self);

	return self;
}

void
e_eas_surroundings_free (EEasSurroundings *self)
{
	if (self == NULL)
		return;

	g_cancellable_cancel (self->cancellable);
	if (self->sleep_signal != 0)
		g_dbus_connection_signal_unsubscribe (self->system, self->sleep_signal);
	g_signal_handlers_disconnect_by_data (self->network, self);
	if (self->power != NULL)
		g_signal_handlers_disconnect_by_data (self->power, self);
	g_clear_object (&self->system);
	g_clear_object (&self->network);
	g_clear_object (&self->power);
	g_clear_object (&self->cancellable);
	g_free (self->way);
	g_free (self);
}
