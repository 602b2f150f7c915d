/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Every edit takes one path: outbox, worker, and, where the server can be reached,
 * its answer. EDS's own offline state is not used: the backend counts as online
 * always (it names no address to watch), connect_sync() returns at once, and what
 * the network is like is the worker's business.
 *
 * No direct read access: it would load this backend, and with it a second worker on
 * the same folder, into the program that reads.
 */

#include <glib/gi18n-lib.h>

#include "e-eas-auto.h"
#include "e-eas-error.h"
#include "e-eas-owner.h"

#include "e-book-backend-eas-items.h"

#include "e-book-backend-eas.h"

struct _EBookBackendEas {
	EBookMetaBackend parent;

	EEasOwner *seam;
	EEasNotices *notices;

	GMutex lock;        /* of the line below */
	GPtrArray *cursors; /* (element-type EDataBookCursor) */
};

G_DEFINE_DYNAMIC_TYPE (EBookBackendEas, e_book_backend_eas, E_TYPE_BOOK_META_BACKEND)

static EEasWorkerClass worker_class;

/* What the wire has a place for: editors offer no others. */
static const EContactField supported_fields[] = {
	E_CONTACT_UID,
	E_CONTACT_REV,
	E_CONTACT_FILE_AS,
	E_CONTACT_FULL_NAME,
	E_CONTACT_NAME,
	E_CONTACT_GIVEN_NAME,
	E_CONTACT_FAMILY_NAME,
	E_CONTACT_NICKNAME,
	E_CONTACT_EMAIL,
	E_CONTACT_EMAIL_1,
	E_CONTACT_EMAIL_2,
	E_CONTACT_EMAIL_3,
	E_CONTACT_TEL,
	E_CONTACT_PHONE_PRIMARY,
	E_CONTACT_PHONE_MOBILE,
	E_CONTACT_PHONE_BUSINESS,
	E_CONTACT_PHONE_BUSINESS_2,
	E_CONTACT_PHONE_BUSINESS_FAX,
	E_CONTACT_PHONE_HOME,
	E_CONTACT_PHONE_HOME_2,
	E_CONTACT_PHONE_HOME_FAX,
	E_CONTACT_PHONE_PAGER,
	E_CONTACT_PHONE_CAR,
	E_CONTACT_PHONE_RADIO,
	E_CONTACT_PHONE_ASSISTANT,
	E_CONTACT_PHONE_COMPANY,
	E_CONTACT_ADDRESS,
	E_CONTACT_ADDRESS_WORK,
	E_CONTACT_ADDRESS_HOME,
	E_CONTACT_ADDRESS_OTHER,
	E_CONTACT_ORG,
	E_CONTACT_ORG_UNIT,
	E_CONTACT_OFFICE,
	E_CONTACT_TITLE,
	E_CONTACT_MANAGER,
	E_CONTACT_ASSISTANT,
	E_CONTACT_SPOUSE,
	E_CONTACT_HOMEPAGE_URL,
	E_CONTACT_BIRTH_DATE,
	E_CONTACT_ANNIVERSARY,
	E_CONTACT_CATEGORIES,
	E_CONTACT_CATEGORY_LIST,
	E_CONTACT_NOTE,
	E_CONTACT_PHOTO,
};

EBookCache *
e_book_backend_eas_ref_cache (EBookBackendEas *self)
{
	return e_book_meta_backend_ref_cache (E_BOOK_META_BACKEND (self));
}

EEasNotices *
e_book_backend_eas_get_notices (EBookBackendEas *self)
{
	return self->notices;
}

EasVersion
e_book_backend_eas_get_version (EBookBackendEas *self)
{
	return e_eas_owner_get_version (self->seam);
}

gboolean
e_book_backend_eas_is_shown (EBookBackendEas *self, const char *uid)
{
	return e_eas_worker_is_shown (e_eas_owner_get_worker (self->seam), uid);
}

/* ---- what the seam asks ---- */

static ESourceRegistry *
ebb_eas_get_registry (EBackend *backend)
{
	return e_book_backend_get_registry (E_BOOK_BACKEND (backend));
}

static GProxyResolver *
ebb_eas_ref_proxy (EBackend *backend)
{
	return e_book_backend_ref_proxy_resolver (E_BOOK_BACKEND (backend));
}

static ECache *
ebb_eas_ref_cache (EBackend *backend)
{
	return (ECache *) e_book_meta_backend_ref_cache (E_BOOK_META_BACKEND (backend));
}

static void
ebb_eas_notify_error (EBackend *backend, const char *message)
{
	e_book_backend_notify_error (E_BOOK_BACKEND (backend), message);
}

static const EEasOwnerClass owner_class = {
	.cache_name = "addressbook",
	.cannot_open = N_ ("The address book’s files cannot be opened; check free space and "
			   "permissions of the home directory"),
	.get_registry = ebb_eas_get_registry,
	.ref_proxy = ebb_eas_ref_proxy,
	.ref_cache = ebb_eas_ref_cache,
	.notify_error = ebb_eas_notify_error,
};

/* ---- the meta backend ---- */

static gboolean
ebb_eas_connect_sync (EBookMetaBackend *meta,
		      const ENamedParameters *credentials,
		      ESourceAuthenticationResult *out_auth_result,
		      char **out_certificate_pem,
		      GTlsCertificateFlags *out_certificate_errors,
		      GCancellable *cancellable,
		      GError **error)
{
	EBookBackendEas *self = E_BOOK_BACKEND_EAS (meta);

	if (!e_eas_owner_connect (self->seam, credentials, out_auth_result, error))
		return e_eas_error_to_book (error);

	e_book_backend_set_writable (E_BOOK_BACKEND (self), TRUE);

	return TRUE;
}

static gboolean
ebb_eas_disconnect_sync (EBookMetaBackend *meta, GCancellable *cancellable, GError **error)
{
	return TRUE;
}

/* Timers and EDS's own refreshes end here. What the server has comes through the worker, not as an
 * answer. */
static gboolean
ebb_eas_get_changes_sync (EBookMetaBackend *meta,
			  const char *last_sync_tag,
			  gboolean is_repeat,
			  char **out_new_sync_tag,
			  gboolean *out_repeat,
			  GSList **out_created,
			  GSList **out_modified,
			  GSList **out_removed,
			  GCancellable *cancellable,
			  GError **error)
{
	return e_eas_owner_fetch (E_BOOK_BACKEND_EAS (meta)->seam, /* explicitly */ FALSE, error) ||
	       e_eas_error_to_book (error);
}

static gboolean
ebb_eas_list_existing_sync (EBookMetaBackend *meta,
			    char **out_new_sync_tag,
			    GSList **out_existing,
			    GCancellable *cancellable,
			    GError **error)
{
	return TRUE;
}

/* A refresh that a person asked for. */
static gboolean
ebb_eas_refresh_sync (EBookBackendSync *backend, GCancellable *cancellable, GError **error)
{
	EBookBackendEas *self = E_BOOK_BACKEND_EAS (backend);

	return e_eas_owner_fetch (self->seam, /* explicitly */ TRUE, error) ||
	       e_eas_error_to_book (error);
}

static gboolean
ebb_eas_load_contact_sync (EBookMetaBackend *meta,
			   const char *uid,
			   const char *extra,
			   EContact **out_contact,
			   char **out_extra,
			   GCancellable *cancellable,
			   GError **error)
{
	EBookBackendEas *self = E_BOOK_BACKEND_EAS (meta);
	g_autoptr (EasItem) item = NULL;
	g_autofree char *object = NULL;
	g_autofree char *server_id = NULL;
	E_EAS_AUTO_UNREF EContact *contact = NULL;

	if (!e_eas_worker_load (e_eas_owner_get_worker (self->seam), uid, &server_id, &item,
				&object)) {
		g_propagate_error (error, e_book_client_error_create (
						  E_BOOK_CLIENT_ERROR_CONTACT_NOT_FOUND, NULL));
		return FALSE;
	}

	contact = e_book_backend_eas_items_make (self, uid, item, object, error);
	if (contact == NULL)
		return e_eas_error_to_book (error);

	*out_contact = g_steal_pointer (&contact);
	*out_extra = g_steal_pointer (&server_id);

	return TRUE;
}

static gboolean
ebb_eas_save_contact_sync (EBookMetaBackend *meta,
			   gboolean overwrite_existing,
			   EConflictResolution conflict_resolution,
			   EContact *contact,
			   const char *extra,
			   guint32 opflags,
			   char **out_new_uid,
			   char **out_new_extra,
			   GCancellable *cancellable,
			   GError **error)
{
	EBookBackendEas *self = E_BOOK_BACKEND_EAS (meta);
	const char *uid = e_contact_get_const (contact, E_CONTACT_UID);
	g_autofree char *object = e_vcard_to_string (E_VCARD (contact), EVC_FORMAT_VCARD_30);
	EEasSaved saved = e_eas_owner_save (self->seam, uid, object, cancellable, error);

	if (saved == E_EAS_SAVE_FAILED)
		return e_eas_error_to_book (error);

	/* Acknowledged: EDS loads the server's form. Pending: it shows what the person made. */
	if (saved == E_EAS_SAVE_DONE)
		*out_new_uid = g_strdup (uid);

	return TRUE;
}

static gboolean
ebb_eas_remove_contact_sync (EBookMetaBackend *meta,
			     EConflictResolution conflict_resolution,
			     const char *uid,
			     const char *extra,
			     const char *object,
			     guint32 opflags,
			     GCancellable *cancellable,
			     GError **error)
{
	EBookBackendEas *self = E_BOOK_BACKEND_EAS (meta);

	return e_eas_owner_remove (self->seam, uid, cancellable, error) ||
	       e_eas_error_to_book (error);
}

/* ---- the writers ---- */

static gboolean
begin_writing (EBookBackendEas *self, const char *const *objects, GError **error)
{
	return e_eas_owner_begin_writing (self->seam, g_strv_length ((GStrv) objects), error) ||
	       e_eas_error_to_book (error);
}

static void
end_writing (EBookBackendEas *self)
{
	e_eas_owner_end_writing (self->seam);
	e_book_backend_eas_recount_cursors (self);
}

static EBookBackendSyncClass *
parent_sync_class (void)
{
	return E_BOOK_BACKEND_SYNC_CLASS (e_book_backend_eas_parent_class);
}

/* EDS's creating, modifying and removing have one shape. */
typedef gboolean (*Write) (EBookBackendSync *backend,
			   const char *const *objects,
			   guint32 opflags,
			   GSList **out_written,
			   GCancellable *cancellable,
			   GError **error);

static gboolean
write_by (Write parent,
	  EBookBackendSync *backend,
	  const char *const *objects,
	  guint32 opflags,
	  GSList **out_written,
	  GCancellable *cancellable,
	  GError **error)
{
	EBookBackendEas *self = E_BOOK_BACKEND_EAS (backend);
	gboolean written;

	if (!begin_writing (self, objects, error))
		return FALSE;
	written = parent (backend, objects, opflags, out_written, cancellable, error);
	end_writing (self);

	return written;
}

static gboolean
ebb_eas_create_contacts_sync (EBookBackendSync *backend,
			      const char *const *vcards,
			      guint32 opflags,
			      GSList **out_contacts,
			      GCancellable *cancellable,
			      GError **error)
{
	return write_by (parent_sync_class ()->create_contacts_sync, backend, vcards, opflags,
			 out_contacts, cancellable, error);
}

/* Before an edit EDS puts the picture's bytes back from its file. Without the file the contact
 * could not be edited, or would lose the picture on the server too: making a contact writes what is
 * missing. */
static void
restore_photos (EBookBackendEas *self, const char *const *vcards)
{
	for (guint i = 0; vcards[i] != NULL; i++) {
		E_EAS_AUTO_UNREF EContact *edited = e_contact_new_from_vcard (vcards[i]);
		const char *uid =
			edited != NULL ? e_contact_get_const (edited, E_CONTACT_UID) : NULL;
		E_EAS_AUTO_UNREF EContact *contact = NULL;
		g_autofree char *server_id = NULL;
		g_autofree char *object = NULL;
		g_autoptr (EasItem) item = NULL;

		if (uid != NULL && e_eas_worker_load (e_eas_owner_get_worker (self->seam), uid,
						      &server_id, &item, &object))
			contact = e_book_backend_eas_items_make (self, uid, item, object, NULL);
	}
}

static gboolean
modify_whole (EBookBackendSync *backend,
	      const char *const *vcards,
	      guint32 opflags,
	      GSList **out_contacts,
	      GCancellable *cancellable,
	      GError **error)
{
	restore_photos (E_BOOK_BACKEND_EAS (backend), vcards);

	return parent_sync_class ()->modify_contacts_sync (backend, vcards, opflags, out_contacts,
							   cancellable, error);
}

static gboolean
ebb_eas_modify_contacts_sync (EBookBackendSync *backend,
			      const char *const *vcards,
			      guint32 opflags,
			      GSList **out_contacts,
			      GCancellable *cancellable,
			      GError **error)
{
	return write_by (modify_whole, backend, vcards, opflags, out_contacts, cancellable, error);
}

static gboolean
ebb_eas_remove_contacts_sync (EBookBackendSync *backend,
			      const char *const *uids,
			      guint32 opflags,
			      GSList **out_removed_uids,
			      GCancellable *cancellable,
			      GError **error)
{
	return write_by (parent_sync_class ()->remove_contacts_sync, backend, uids, opflags,
			 out_removed_uids, cancellable, error);
}

/* ---- cursors ---- */

/* EDS's own list is private, and hears only of what EDS itself puts into the cache. */
void
e_book_backend_eas_recount_cursors (EBookBackendEas *self)
{
	g_autoptr (GPtrArray) cursors = NULL;

	g_mutex_lock (&self->lock);
	if (self->cursors->len > 0)
		cursors = g_ptr_array_copy (self->cursors, (GCopyFunc) (void *) g_object_ref, NULL);
	g_mutex_unlock (&self->lock);

	if (cursors == NULL)
		return;
	g_ptr_array_set_free_func (cursors, g_object_unref);
	for (guint i = 0; i < cursors->len; i++)
		e_data_book_cursor_recalculate (cursors->pdata[i], NULL, NULL);
}

static EDataBookCursor *
ebb_eas_create_cursor (EBookBackend *backend,
		       EContactField *sort_fields,
		       EBookCursorSortType *sort_types,
		       guint n_fields,
		       GError **error)
{
	EBookBackendEas *self = E_BOOK_BACKEND_EAS (backend);
	EDataBookCursor *cursor =
		E_BOOK_BACKEND_CLASS (e_book_backend_eas_parent_class)
			->impl_create_cursor (backend, sort_fields, sort_types, n_fields, error);

	if (cursor != NULL) {
		g_mutex_lock (&self->lock);
		g_ptr_array_add (self->cursors, g_object_ref (cursor));
		g_mutex_unlock (&self->lock);
	}

	return cursor;
}

static gboolean
ebb_eas_delete_cursor (EBookBackend *backend, EDataBookCursor *cursor, GError **error)
{
	EBookBackendEas *self = E_BOOK_BACKEND_EAS (backend);

	g_mutex_lock (&self->lock);
	g_ptr_array_remove (self->cursors, cursor);
	g_mutex_unlock (&self->lock);

	return E_BOOK_BACKEND_CLASS (e_book_backend_eas_parent_class)
		->impl_delete_cursor (backend, cursor, error);
}

/* ---- the rest ---- */

static char *
list_fields (void)
{
	g_autoptr (GString) names = g_string_new (NULL);

	for (guint i = 0; i < G_N_ELEMENTS (supported_fields); i++) {
		if (i > 0)
			g_string_append_c (names, ',');
		g_string_append (names, e_contact_field_name (supported_fields[i]));
	}

	return g_string_free (g_steal_pointer (&names), FALSE);
}

static char *
ebb_eas_get_backend_property (EBookBackend *backend, const char *name)
{
	if (g_str_equal (name, E_BOOK_BACKEND_PROPERTY_SUPPORTED_FIELDS))
		return list_fields ();
	/* Otherwise Evolution shows nobody until somebody searches. */
	if (g_str_equal (name, CLIENT_BACKEND_PROPERTY_CAPABILITIES))
		return g_strconcat (
			"net,do-initial-query,",
			e_book_meta_backend_get_capabilities (E_BOOK_META_BACKEND (backend)), NULL);

	return E_BOOK_BACKEND_CLASS (e_book_backend_eas_parent_class)
		->impl_get_backend_property (backend, name);
}

static gboolean
ebb_eas_get_destination_address (EBackend *backend, char **host, guint16 *port)
{
	return FALSE;
}

static gboolean
ebb_eas_get_ssl_error_details (EBookMetaBackend *meta,
			       char **out_pem,
			       GTlsCertificateFlags *out_errors)
{
	return e_eas_owner_get_refused_certificate (E_BOOK_BACKEND_EAS (meta)->seam, out_pem,
						    out_errors);
}

static gboolean
ebb_eas_requires_reconnect (EBookMetaBackend *meta)
{
	return FALSE;
}

static void
ebb_eas_constructed (GObject *object)
{
	EBookBackendEas *self = E_BOOK_BACKEND_EAS (object);

	self->seam = e_eas_owner_new (&owner_class, &worker_class, E_BACKEND (self));
	e_eas_owner_rescue_cache (&owner_class, E_BACKEND (self));

	G_OBJECT_CLASS (e_book_backend_eas_parent_class)->constructed (object);
}

static void
ebb_eas_dispose (GObject *object)
{
	EBookBackendEas *self = E_BOOK_BACKEND_EAS (object);

	if (!e_eas_owner_stop (self->seam))
		return;
	g_ptr_array_set_size (self->cursors, 0);

	G_OBJECT_CLASS (e_book_backend_eas_parent_class)->dispose (object);
}

static void
ebb_eas_finalize (GObject *object)
{
	EBookBackendEas *self = E_BOOK_BACKEND_EAS (object);

	e_eas_notices_free (self->notices);
	e_eas_owner_free (self->seam);
	g_ptr_array_unref (self->cursors);
	g_mutex_clear (&self->lock);

	G_OBJECT_CLASS (e_book_backend_eas_parent_class)->finalize (object);
}

static void
fill_meta_class (EBookMetaBackendClass *meta_class)
{
	meta_class->connect_sync = ebb_eas_connect_sync;
	meta_class->disconnect_sync = ebb_eas_disconnect_sync;
	meta_class->get_changes_sync = ebb_eas_get_changes_sync;
	meta_class->list_existing_sync = ebb_eas_list_existing_sync;
	meta_class->load_contact_sync = ebb_eas_load_contact_sync;
	meta_class->save_contact_sync = ebb_eas_save_contact_sync;
	meta_class->remove_contact_sync = ebb_eas_remove_contact_sync;
	meta_class->get_ssl_error_details = ebb_eas_get_ssl_error_details;
	meta_class->requires_reconnect = ebb_eas_requires_reconnect;
}

static void
e_book_backend_eas_class_init (EBookBackendEasClass *klass)
{
	GObjectClass *object_class = G_OBJECT_CLASS (klass);
	EBookBackendClass *book_class = E_BOOK_BACKEND_CLASS (klass);
	EBookBackendSyncClass *sync_class = E_BOOK_BACKEND_SYNC_CLASS (klass);

	object_class->constructed = ebb_eas_constructed;
	object_class->dispose = ebb_eas_dispose;
	object_class->finalize = ebb_eas_finalize;
	E_BACKEND_CLASS (klass)->get_destination_address = ebb_eas_get_destination_address;

	/* One slow save would otherwise hold up every query of the address book. */
	book_class->use_serial_dispatch_queue = FALSE;
	book_class->impl_get_backend_property = ebb_eas_get_backend_property;
	book_class->impl_create_cursor = ebb_eas_create_cursor;
	book_class->impl_delete_cursor = ebb_eas_delete_cursor;

	sync_class->refresh_sync = ebb_eas_refresh_sync;
	sync_class->create_contacts_sync = ebb_eas_create_contacts_sync;
	sync_class->modify_contacts_sync = ebb_eas_modify_contacts_sync;
	sync_class->remove_contacts_sync = ebb_eas_remove_contacts_sync;
	fill_meta_class (E_BOOK_META_BACKEND_CLASS (klass));

	e_book_backend_eas_items_fill_class (&worker_class);
	e_eas_owner_fill_class (&worker_class);
}

static void
e_book_backend_eas_class_finalize (EBookBackendEasClass *klass)
{
}

static void
e_book_backend_eas_init (EBookBackendEas *self)
{
	g_mutex_init (&self->lock);
	self->notices = e_eas_notices_new ();
	self->cursors = g_ptr_array_new_with_free_func (g_object_unref);
}

void
e_book_backend_eas_type_register (GTypeModule *module)
{
	e_book_backend_eas_register_type (module);
}
