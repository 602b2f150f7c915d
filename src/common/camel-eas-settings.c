/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The properties are plain; the class is long only because ESource extensions are
 * GObject properties with the E_SOURCE_PARAM_SETTING flag.
 */

#include <libedataserver/libedataserver.h>

#include "camel-eas-settings.h"

struct _CamelEasSettings {
	CamelOfflineSettings parent;

	GMutex lock; /* of the strings: other threads read while a reload writes */
	char *device_id;
	char *address;
	char *url;
	char *version;
	char *consent_hosts;
	CamelEasConflict conflict;
	int event_filter;
};

enum {
	PROP_0,
	PROP_DEVICE_ID,
	PROP_ADDRESS,
	PROP_URL,
	PROP_VERSION,
	PROP_CONSENT_HOSTS,
	PROP_CONFLICT,
	PROP_EVENT_FILTER,
	N_OWN,
	/* of CamelNetworkSettings */
	PROP_AUTH_MECHANISM = N_OWN,
	PROP_HOST,
	PROP_PORT,
	PROP_SECURITY_METHOD,
	PROP_USER
};

static GParamSpec *properties[N_OWN];

G_DEFINE_TYPE_WITH_CODE (CamelEasSettings,
			 camel_eas_settings,
			 CAMEL_TYPE_OFFLINE_SETTINGS,
			 G_IMPLEMENT_INTERFACE (CAMEL_TYPE_NETWORK_SETTINGS, NULL))

GType
camel_eas_conflict_get_type (void)
{
	static gsize type = 0;
	static const GEnumValue values[] = {
		{ CAMEL_EAS_CONFLICT_KEEP_BOTH, "CAMEL_EAS_CONFLICT_KEEP_BOTH", "keep-both" },
		{ CAMEL_EAS_CONFLICT_SERVER_WINS, "CAMEL_EAS_CONFLICT_SERVER_WINS", "server-wins" },
		{ CAMEL_EAS_CONFLICT_MINE_WINS, "CAMEL_EAS_CONFLICT_MINE_WINS", "mine-wins" },
		{ 0, NULL, NULL },
	};

	if (g_once_init_enter (&type))
		g_once_init_leave (&type, g_enum_register_static ("CamelEasConflict", values));

	return type;
}

/* The string behind a property; NULL for the others. */
static char **
string_field (CamelEasSettings *self, guint property_id)
{
	switch (property_id) {
	case PROP_DEVICE_ID:
		return &self->device_id;
	case PROP_ADDRESS:
		return &self->address;
	case PROP_URL:
		return &self->url;
	case PROP_VERSION:
		return &self->version;
	case PROP_CONSENT_HOSTS:
		return &self->consent_hosts;
	default:
		return NULL;
	}
}

static char *
dup_string (CamelEasSettings *self, guint property_id)
{
	char *copy;

	g_mutex_lock (&self->lock);
	copy = g_strdup (*string_field (self, property_id));
	g_mutex_unlock (&self->lock);

	return copy;
}

static void
set_string (CamelEasSettings *self, guint property_id, const char *value)
{
	char **field = string_field (self, property_id);
	gboolean changed;

	if (value != NULL && *value == '\0')
		value = NULL;

	g_mutex_lock (&self->lock);
	changed = g_strcmp0 (*field, value) != 0;
	if (changed) {
		g_free (*field);
		*field = g_strdup (value);
	}
	g_mutex_unlock (&self->lock);

	if (changed)
		g_object_notify_by_pspec (G_OBJECT (self), properties[property_id]);
}

static void
eas_settings_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
	CamelEasSettings *self = CAMEL_EAS_SETTINGS (object);
	CamelNetworkSettings *network = CAMEL_NETWORK_SETTINGS (object);

	switch (id) {
	case PROP_CONFLICT:
		camel_eas_settings_set_conflict (self, g_value_get_enum (value));
		break;
	case PROP_EVENT_FILTER:
		camel_eas_settings_set_event_filter (self, g_value_get_int (value));
		break;
	case PROP_AUTH_MECHANISM:
		camel_network_settings_set_auth_mechanism (network, g_value_get_string (value));
		break;
	case PROP_HOST:
		camel_network_settings_set_host (network, g_value_get_string (value));
		break;
	case PROP_PORT:
		camel_network_settings_set_port (network, g_value_get_uint (value));
		break;
	case PROP_SECURITY_METHOD:
		camel_network_settings_set_security_method (network, g_value_get_enum (value));
		break;
	case PROP_USER:
		camel_network_settings_set_user (network, g_value_get_string (value));
		break;
	default:
		if (string_field (self, id) != NULL)
			set_string (self, id, g_value_get_string (value));
		else
			G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
		break;
	}
}

static void
eas_settings_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
	CamelEasSettings *self = CAMEL_EAS_SETTINGS (object);
	CamelNetworkSettings *network = CAMEL_NETWORK_SETTINGS (object);

	switch (id) {
	case PROP_CONFLICT:
		g_value_set_enum (value, camel_eas_settings_get_conflict (self));
		break;
	case PROP_EVENT_FILTER:
		g_value_set_int (value, camel_eas_settings_get_event_filter (self));
		break;
	case PROP_AUTH_MECHANISM:
		g_value_take_string (value, camel_network_settings_dup_auth_mechanism (network));
		break;
	case PROP_HOST:
		g_value_take_string (value, camel_network_settings_dup_host (network));
		break;
	case PROP_PORT:
		g_value_set_uint (value, camel_network_settings_get_port (network));
		break;
	case PROP_SECURITY_METHOD:
		g_value_set_enum (value, camel_network_settings_get_security_method (network));
		break;
	case PROP_USER:
		g_value_take_string (value, camel_network_settings_dup_user (network));
		break;
	default:
		if (string_field (self, id) != NULL)
			g_value_take_string (value, dup_string (self, id));
		else
			G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
		break;
	}
}

static void
eas_settings_finalize (GObject *object)
{
	CamelEasSettings *self = CAMEL_EAS_SETTINGS (object);

	g_free (self->device_id);
	g_free (self->address);
	g_free (self->url);
	g_free (self->version);
	g_free (self->consent_hosts);
	g_mutex_clear (&self->lock);

	G_OBJECT_CLASS (camel_eas_settings_parent_class)->finalize (object);
}

static void
camel_eas_settings_class_init (CamelEasSettingsClass *klass)
{
	const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_EXPLICIT_NOTIFY |
				  G_PARAM_STATIC_STRINGS;
	GObjectClass *object_class = G_OBJECT_CLASS (klass);

	object_class->set_property = eas_settings_set_property;
	object_class->get_property = eas_settings_get_property;
	object_class->finalize = eas_settings_finalize;

	properties[PROP_DEVICE_ID] = g_param_spec_string ("device-id", NULL, NULL, NULL, flags);
	properties[PROP_ADDRESS] = g_param_spec_string ("address", NULL, NULL, NULL, flags);
	properties[PROP_URL] = g_param_spec_string ("url", NULL, NULL, NULL, flags);
	properties[PROP_VERSION] = g_param_spec_string ("version", NULL, NULL, NULL, flags);
	properties[PROP_CONSENT_HOSTS] =
		g_param_spec_string ("consent-hosts", NULL, NULL, NULL, flags);
	properties[PROP_CONFLICT] =
		g_param_spec_enum ("conflict", NULL, NULL, CAMEL_TYPE_EAS_CONFLICT,
				   CAMEL_EAS_CONFLICT_KEEP_BOTH, flags);
	properties[PROP_EVENT_FILTER] =
		g_param_spec_int ("event-filter", NULL, NULL, 0, 7, /* default */ 0, flags);
	g_object_class_install_properties (object_class, N_OWN, properties);

	g_object_class_override_property (object_class, PROP_AUTH_MECHANISM, "auth-mechanism");
	g_object_class_override_property (object_class, PROP_HOST, "host");
	g_object_class_override_property (object_class, PROP_PORT, "port");
	g_object_class_override_property (object_class, PROP_SECURITY_METHOD, "security-method");
	g_object_class_override_property (object_class, PROP_USER, "user");
}

static void
camel_eas_settings_init (CamelEasSettings *self)
{
	g_mutex_init (&self->lock);
}

void
camel_eas_settings_register (void)
{
	static gsize done = 0;

	if (g_once_init_enter (&done)) {
		e_source_camel_generate_subtype (E_EAS_BACKEND_NAME, CAMEL_TYPE_EAS_SETTINGS);
		g_once_init_leave (&done, 1);
	}
}

char *
camel_eas_settings_dup_device_id (CamelEasSettings *self)
{
	g_return_val_if_fail (CAMEL_IS_EAS_SETTINGS (self), NULL);

	return dup_string (self, PROP_DEVICE_ID);
}

void
camel_eas_settings_set_device_id (CamelEasSettings *self, const char *device_id)
{
	g_return_if_fail (CAMEL_IS_EAS_SETTINGS (self));

	set_string (self, PROP_DEVICE_ID, device_id);
}

char *
camel_eas_settings_dup_address (CamelEasSettings *self)
{
	g_return_val_if_fail (CAMEL_IS_EAS_SETTINGS (self), NULL);

	return dup_string (self, PROP_ADDRESS);
}

void
camel_eas_settings_set_address (CamelEasSettings *self, const char *address)
{
	g_return_if_fail (CAMEL_IS_EAS_SETTINGS (self));

	set_string (self, PROP_ADDRESS, address);
}

char *
camel_eas_settings_dup_url (CamelEasSettings *self)
{
	g_return_val_if_fail (CAMEL_IS_EAS_SETTINGS (self), NULL);

	return dup_string (self, PROP_URL);
}

void
camel_eas_settings_set_url (CamelEasSettings *self, const char *url)
{
	g_return_if_fail (CAMEL_IS_EAS_SETTINGS (self));

	set_string (self, PROP_URL, url);
}

EasVersion
camel_eas_settings_get_version (CamelEasSettings *self)
{
	g_autofree char *text = NULL;

	g_return_val_if_fail (CAMEL_IS_EAS_SETTINGS (self), EAS_VERSION_NONE);

	text = dup_string (self, PROP_VERSION);

	return text != NULL ? eas_version_from_string (text) : EAS_VERSION_NONE;
}

void
camel_eas_settings_set_version (CamelEasSettings *self, EasVersion version)
{
	g_return_if_fail (CAMEL_IS_EAS_SETTINGS (self));

	set_string (self, PROP_VERSION, eas_version_to_string (version));
}

CamelEasConflict
camel_eas_settings_get_conflict (CamelEasSettings *self)
{
	g_return_val_if_fail (CAMEL_IS_EAS_SETTINGS (self), CAMEL_EAS_CONFLICT_KEEP_BOTH);

	return self->conflict;
}

void
camel_eas_settings_set_conflict (CamelEasSettings *self, CamelEasConflict policy)
{
	g_return_if_fail (CAMEL_IS_EAS_SETTINGS (self));

	if (self->conflict == policy)
		return;

	self->conflict = policy;
	g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CONFLICT]);
}

int
camel_eas_settings_get_event_filter (CamelEasSettings *self)
{
	g_return_val_if_fail (CAMEL_IS_EAS_SETTINGS (self), 0);

	return self->event_filter;
}

void
camel_eas_settings_set_event_filter (CamelEasSettings *self, int filter)
{
	g_return_if_fail (CAMEL_IS_EAS_SETTINGS (self));

	if (self->event_filter == filter)
		return;

	self->event_filter = filter;
	g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_EVENT_FILTER]);
}

char *
camel_eas_settings_dup_consent_hosts (CamelEasSettings *self)
{
	g_return_val_if_fail (CAMEL_IS_EAS_SETTINGS (self), NULL);

	return dup_string (self, PROP_CONSENT_HOSTS);
}

void
camel_eas_settings_set_consent_hosts (CamelEasSettings *self, const char *hosts)
{
	g_return_if_fail (CAMEL_IS_EAS_SETTINGS (self));

	set_string (self, PROP_CONSENT_HOSTS, hosts);
}

gboolean
camel_eas_settings_add_consent_host (CamelEasSettings *self, const char *host)
{
	g_autofree char *before = NULL;
	g_autofree char *after = NULL;

	g_return_val_if_fail (CAMEL_IS_EAS_SETTINGS (self), FALSE);

	before = dup_string (self, PROP_CONSENT_HOSTS);
	if (before != NULL) {
		g_auto (GStrv) hosts = g_strsplit (before, ",", -1);

		if (g_strv_contains ((const char *const *) hosts, host))
			return FALSE;
	}
	after = before != NULL ? g_strconcat (before, ",", host, NULL) : g_strdup (host);
	set_string (self, PROP_CONSENT_HOSTS, after);

	return TRUE;
}
