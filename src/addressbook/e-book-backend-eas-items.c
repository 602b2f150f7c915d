/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Contacts are put into the cache as they come from the map. What did not change is
 * not written, so that no view hears of it.
 */

#include <glib/gi18n-lib.h>

#include "e-eas-auto.h"
#include "eas-map-contact.h"

#include "e-book-backend-eas-photos.h"

#include "e-book-backend-eas-items.h"

/* EBookCache writes it beside each telephone number, where EDS was built to do so. */
#define PARAM_E164 "X-EVOLUTION-E164"

static char *
dup_directory (EBookBackendEas *self)
{
	E_EAS_AUTO_UNREF EBookCache *cache = e_book_backend_eas_ref_cache (self);

	return g_path_get_dirname (e_cache_get_filename (E_CACHE (cache)));
}

/* ---- view signals ---- */

static void
send_notice (EBookBackendEas *self, const char *directory, const EEasNotice *notice)
{
	EBookBackend *backend = E_BOOK_BACKEND (self);

	if (notice->after != NULL)
		e_book_backend_notify_update (backend, notice->after);
	else
		e_book_backend_notify_remove (backend,
					      e_contact_get_const (notice->before, E_CONTACT_UID));
	if (notice->before != NULL)
		e_book_eas_photos_forget (directory, notice->before, notice->after);
}

static void
items_flush (gpointer owner, gboolean committed)
{
	g_autoptr (GPtrArray) notices = e_eas_notices_take (e_book_backend_eas_get_notices (owner));
	g_autofree char *directory = NULL;

	if (!committed || notices->len == 0)
		return;

	directory = dup_directory (owner);
	for (guint i = 0; i < notices->len; i++)
		send_notice (owner, directory, notices->pdata[i]);
	/* Views would hold back the last of them for two seconds. */
	e_book_backend_notify_complete (owner);
	e_book_backend_eas_recount_cursors (owner);
}

/* ---- conversions ---- */

/* The person's zone may change while we run. One that was left is kept, for who reads with it. */
static GTimeZone *
get_local_zone (void)
{
	static GMutex lock;
	static GTimeZone *zone;
	g_autoptr (GTimeZone) now = g_time_zone_new_local ();
	GTimeZone *found;

	g_mutex_lock (&lock);
	if (zone == NULL ||
	    g_strcmp0 (g_time_zone_get_identifier (zone), g_time_zone_get_identifier (now)) != 0)
		zone = g_steal_pointer (&now);
	found = zone;
	g_mutex_unlock (&lock);

	return found;
}

static EasMapContext
make_context (EBookBackendEas *self)
{
	/* The zone for birthdays that a server tells as the midnight of where the person is. */
	return (EasMapContext){ .version = e_book_backend_eas_get_version (self),
				.local_zone = get_local_zone () };
}

static EContact *
parse_object (const char *object, GError **error)
{
	EContact *contact = e_contact_new_from_vcard (object);

	if (contact == NULL || e_vcard_get_attributes (E_VCARD (contact)) == NULL) {
		g_clear_object (&contact);
		eas_set_error (error, EAS_ERROR_ITEM_REJECTED, NULL, 0, 0,
			       _ ("This is not a contact"));
	}

	return contact;
}

/* Others tell by it whether they have seen this version; the number is for two within a second. */
static void
set_revision (EContact *contact)
{
	static gint counter; /* atomic */
	g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
	g_autofree char *time = g_date_time_format (now, "%Y-%m-%dT%H:%M:%SZ");
	g_autofree char *revision =
		g_strdup_printf ("%s(%d)", time, g_atomic_int_add (&counter, 1) & G_MAXINT);

	e_contact_set (contact, E_CONTACT_REV, revision);
}

EContact *
e_book_backend_eas_items_make (
	EBookBackendEas *self, const char *uid, EasItem *item, const char *object, GError **error)
{
	EasMapContext context = make_context (self);
	E_EAS_AUTO_UNREF EContact *contact =
		item != NULL ? eas_map_contact_read (item, uid, &context, error)
			     : parse_object (object, error);
	g_autofree char *directory = dup_directory (self);

	if (contact == NULL)
		return NULL;
	e_contact_set (contact, E_CONTACT_UID, uid);
	if (!e_book_eas_photos_store (directory, contact, error))
		return NULL;
	set_revision (contact);

	return g_steal_pointer (&contact);
}

static GPtrArray *
items_write (gpointer owner, const char *object, EasItem *baseline, GError **error)
{
	EasMapContext context = make_context (owner);
	E_EAS_AUTO_UNREF EContact *contact = parse_object (object, error);
	E_EAS_AUTO_UNREF EContact *shown = NULL;

	if (contact == NULL)
		return NULL;
	if (baseline != NULL)
		shown = eas_map_contact_read (
			baseline, e_contact_get_const (contact, E_CONTACT_UID), &context, NULL);

	return eas_map_contact_write (contact, baseline, shown, &context, error);
}

static EasItem *
items_apply (gpointer owner, EasItem *baseline, GPtrArray *changes)
{
	EasMapContext context = make_context (owner);

	return eas_map_contact_apply (baseline, changes, &context);
}

/* Servers make pictures smaller, and the name to file under from the name. */
static gboolean
items_arrived_as (gpointer owner, EasItem *sent, EasItem *theirs)
{
	EasMapContext context = make_context (owner);

	return eas_map_contact_same_content (sent, theirs, &context);
}

static gboolean
same_text (EasItem *a, EasItem *b, EasTag tag)
{
	const char *text_a = eas_item_get_text (a, tag);
	const char *text_b = eas_item_get_text (b, tag);

	return g_strcmp0 (text_a != NULL ? text_a : "", text_b != NULL ? text_b : "") == 0;
}

static gboolean
items_same_content (gpointer owner, EasItem *a, EasItem *b)
{
	return same_text (a, b, EAS_CONTACTS_FILE_AS) && same_text (a, b, EAS_CONTACTS_PICTURE) &&
	       items_arrived_as (owner, a, b);
}

/* Of the same name: after a lost answer, who we made, whatever somebody has added to it since. */
static gboolean
items_resembles (const EasItem *a, const EasItem *b)
{
	static const EasTag names[] = { EAS_CONTACTS_FIRST_NAME, EAS_CONTACTS_MIDDLE_NAME,
					EAS_CONTACTS_LAST_NAME, EAS_CONTACTS_COMPANY_NAME };
	gboolean named = FALSE;

	for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
		const char *name_a = eas_item_get_text (a, names[i]);
		const char *name_b = eas_item_get_text (b, names[i]);

		if (g_strcmp0 (name_a != NULL ? name_a : "", name_b != NULL ? name_b : "") != 0)
			return FALSE;
		named |= name_a != NULL && *name_a != '\0';
	}

	return named;
}

static char *
items_dup_object (gpointer owner, const char *uid, EasItem *item, GError **error)
{
	EasMapContext context = make_context (owner);
	E_EAS_AUTO_UNREF EContact *contact = eas_map_contact_read (item, uid, &context, error);

	return contact != NULL ? e_vcard_to_string (E_VCARD (contact), EVC_FORMAT_VCARD_30) : NULL;
}

/* Contacts have no name of their own on the wire: the worker makes one from the server's id. */
static char *
items_dup_uid (const EasItem *item)
{
	return NULL;
}

static char *
items_dup_title (const char *object)
{
	static const EContactField fields[] = { E_CONTACT_FULL_NAME, E_CONTACT_FILE_AS,
						E_CONTACT_ORG, E_CONTACT_EMAIL_1 };
	E_EAS_AUTO_UNREF EContact *contact = parse_object (object, NULL);

	for (guint i = 0; contact != NULL && i < G_N_ELEMENTS (fields); i++) {
		const char *value = e_contact_get_const (contact, fields[i]);

		if (value != NULL && *value != '\0')
			return g_strdup (value);
	}

	return NULL;
}

static char *
mark (const char *name)
{
	/* Translators: the name of a contact that was changed here and on the server at once. */
	return g_strdup_printf (_ ("%s (my version)"), name);
}

static void
mark_field (EContact *contact, EContactField field)
{
	const char *value = e_contact_get_const (contact, field);
	g_autofree char *marked = NULL;

	if (value == NULL || *value == '\0')
		return;

	marked = mark (value);
	e_contact_set (contact, field, marked);
}

/* The mark goes where the wire has a place for it: behind the family name, or the given one. */
static void
mark_name (EContact *contact)
{
	EContactName *name = e_contact_get (contact, E_CONTACT_NAME);
	char **part = NULL;

	if (name == NULL)
		return;
	if (name->family != NULL && *name->family != '\0')
		part = &name->family;
	else if (name->given != NULL && *name->given != '\0')
		part = &name->given;
	if (part != NULL) {
		char *marked = mark (*part);

		g_free (*part);
		*part = marked;
		e_contact_set (contact, E_CONTACT_NAME, name);
	}
	e_contact_name_free (name);
}

static char *
items_dup_copy (gpointer owner, const char *object, char **out_uid)
{
	E_EAS_AUTO_UNREF EContact *contact = parse_object (object, NULL);
	g_autofree char *uid = e_util_generate_uid ();

	e_contact_set (contact, E_CONTACT_UID, uid);
	mark_field (contact, E_CONTACT_FULL_NAME);
	mark_field (contact, E_CONTACT_FILE_AS);
	mark_name (contact);
	*out_uid = g_steal_pointer (&uid);

	return e_vcard_to_string (E_VCARD (contact), EVC_FORMAT_VCARD_30);
}

/* ---- the cache ---- */

static EContact *
ref_cached (EBookBackendEas *self, EBookCache *cache, const char *uid)
{
	EContact *contact = NULL;

	/* Of a first sync nothing is there, and EDS takes long to say so. */
	if (!e_book_backend_eas_is_shown (self, uid))
		return NULL;

	/* "Not found" is no failure, and others will show when the cache is written. */
	e_book_cache_get_contact (cache, uid, FALSE, &contact, NULL, NULL);

	return contact;
}

/* The text without what EDS and we add to it. */
static char *
dup_content (EContact *contact)
{
	E_EAS_AUTO_UNREF EContact *copy = e_contact_duplicate (contact);

	e_contact_set (copy, E_CONTACT_REV, NULL);
	for (GList *link = e_vcard_get_attributes (E_VCARD (copy)); link != NULL; link = link->next)
		e_vcard_attribute_remove_param (link->data, PARAM_E164);

	return e_vcard_to_string (E_VCARD (copy), EVC_FORMAT_VCARD_30);
}

static gboolean
is_the_same (EBookCache *cache, EContact *cached, EContact *contact, const char *server_id)
{
	g_autofree char *before = dup_content (cached);
	g_autofree char *after = dup_content (contact);
	g_autofree char *extra = NULL;

	if (g_strcmp0 (before, after) != 0)
		return FALSE;
	e_book_cache_get_contact_extra (cache, e_contact_get_const (cached, E_CONTACT_UID), &extra,
					NULL, NULL);

	return g_strcmp0 (extra, server_id) == 0;
}

static gboolean
cannot_write (GError **error)
{
	eas_set_error (error, EAS_ERROR_STORE, NULL, 0, 0,
		       _ ("The local copy could not be written"));

	return FALSE;
}

static gboolean
items_put (gpointer owner,
	   const char *uid,
	   const char *server_id,
	   EasItem *item,
	   const char *object,
	   GError **error)
{
	E_EAS_AUTO_UNREF EBookCache *cache = e_book_backend_eas_ref_cache (owner);
	E_EAS_AUTO_UNREF EContact *contact =
		e_book_backend_eas_items_make (owner, uid, item, object, error);
	E_EAS_AUTO_UNREF EContact *before = NULL;

	if (contact == NULL)
		return FALSE;

	before = ref_cached (owner, cache, uid);
	if (before != NULL && is_the_same (cache, before, contact, server_id))
		return TRUE;
	if (!e_book_cache_put_contact (cache, contact, server_id, 0, E_CACHE_IS_ONLINE, NULL, NULL))
		return cannot_write (error);
	e_eas_notices_add (e_book_backend_eas_get_notices (owner), before, contact);

	return TRUE;
}

static gboolean
items_remove (gpointer owner, const char *uid, GError **error)
{
	E_EAS_AUTO_UNREF EBookCache *cache = e_book_backend_eas_ref_cache (owner);
	E_EAS_AUTO_UNREF EContact *before = ref_cached (owner, cache, uid);

	if (before == NULL)
		return TRUE;
	if (!e_book_cache_remove_contact (cache, uid, 0, E_CACHE_IS_ONLINE, NULL, NULL))
		return cannot_write (error);
	e_eas_notices_add (e_book_backend_eas_get_notices (owner), before, NULL);

	return TRUE;
}

static guint
items_count (gpointer owner)
{
	E_EAS_AUTO_UNREF EBookCache *cache = e_book_backend_eas_ref_cache (owner);

	return e_cache_get_count (E_CACHE (cache), E_CACHE_INCLUDE_DELETED, NULL, NULL);
}

/* [MS-ASCNTC] 2.2.2: what only has a meaning together, and what changes by itself. A name under
 * which a person is filed is made from the name. */
static const EasTag name_tags[] = { EAS_CONTACTS_TITLE,
				    EAS_CONTACTS_FIRST_NAME,
				    EAS_CONTACTS_MIDDLE_NAME,
				    EAS_CONTACTS_LAST_NAME,
				    EAS_CONTACTS_SUFFIX,
				    EAS_CONTACTS_FILE_AS,
				    EAS_TAG_NONE };
static const EasTag business_tags[] = {
	EAS_CONTACTS_BUSINESS_ADDRESS_STREET,  EAS_CONTACTS_BUSINESS_ADDRESS_CITY,
	EAS_CONTACTS_BUSINESS_ADDRESS_STATE,   EAS_CONTACTS_BUSINESS_ADDRESS_POSTAL_CODE,
	EAS_CONTACTS_BUSINESS_ADDRESS_COUNTRY, EAS_TAG_NONE
};
static const EasTag home_tags[] = {
	EAS_CONTACTS_HOME_ADDRESS_STREET,  EAS_CONTACTS_HOME_ADDRESS_CITY,
	EAS_CONTACTS_HOME_ADDRESS_STATE,   EAS_CONTACTS_HOME_ADDRESS_POSTAL_CODE,
	EAS_CONTACTS_HOME_ADDRESS_COUNTRY, EAS_TAG_NONE
};
static const EasTag other_tags[] = {
	EAS_CONTACTS_OTHER_ADDRESS_STREET,  EAS_CONTACTS_OTHER_ADDRESS_CITY,
	EAS_CONTACTS_OTHER_ADDRESS_STATE,   EAS_CONTACTS_OTHER_ADDRESS_POSTAL_CODE,
	EAS_CONTACTS_OTHER_ADDRESS_COUNTRY, EAS_TAG_NONE
};
static const EasTag quiet_tags[] = { EAS_AIRSYNCBASE_NATIVE_BODY_TYPE, EAS_CONTACTS_ALIAS,
				     EAS_CONTACTS_WEIGHTED_RANK, EAS_TAG_NONE };
static const EEasMergeField merge_fields[] = {
	{ name_tags, FALSE },  { business_tags, FALSE }, { home_tags, FALSE },
	{ other_tags, FALSE }, { quiet_tags, TRUE },
};

void
e_book_backend_eas_items_fill_class (EEasWorkerClass *klass)
{
	klass->klass = EAS_CLASS_CONTACTS;
	klass->file_suffix = ".vcf";
	klass->merge.fields = merge_fields;
	klass->merge.n_fields = G_N_ELEMENTS (merge_fields);
	klass->dup_uid = items_dup_uid;
	klass->dup_title = items_dup_title;
	klass->same_content = items_same_content;
	klass->arrived_as = items_arrived_as;
	klass->resembles = items_resembles;
	klass->supported = eas_map_contact_supported;
	klass->write = items_write;
	klass->apply = items_apply;
	klass->dup_object = items_dup_object;
	klass->dup_copy = items_dup_copy;
	klass->put = items_put;
	klass->remove = items_remove;
	klass->count = items_count;
	klass->flush = items_flush;
}
