/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What has to hold for any contact. EAS_SOAK: ten thousand of them in each version. */

#include "contact-test.h"

#include <string.h>

static guint
n_contacts (void)
{
	return g_getenv ("EAS_SOAK") != NULL ? 10000 : 400;
}

static char *
write_edit (EContact *edited, const EasItem *item, EContact *shown, const EasMapContext *context)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (GPtrArray) changes =
		eas_map_contact_write (edited, item, shown, context, &error);

	g_assert_no_error (error);
	return convert_change_lines (changes);
}

typedef void (*Law) (GRand *rand, EasVersion version, const EasMapContext *context);

static void
each (guint32 seed, Law law)
{
	static const char *const zones[] = { "Europe/Berlin", "America/New_York", "Asia/Tokyo",
					     "UTC" };

	for (guint v = 0; v < convert_n_versions; v++) {
		g_autoptr (GRand) rand = eas_test_rand (seed + v);

		for (guint i = 0; i < n_contacts (); i++) {
			EasMapContext context = convert_context (convert_versions[v],
								 zones[i % G_N_ELEMENTS (zones)]);

			law (rand, convert_versions[v], &context);
		}
	}
}

/* What a server has, put through our round trip and EDS's own, is no edit. */
static void
law_untouched (GRand *rand, EasVersion version, const EasMapContext *context)
{
	g_autoptr (EasItem) item = contact_random_item (rand, version);
	EContact *shown = contact_read (item, context);
	EContact *again = contact_through_text (shown);
	g_autofree char *with_old = write_edit (again, item, shown, context);
	g_autofree char *without_old = write_edit (again, item, NULL, context);

	convert_assert_lines (with_old, "");
	convert_assert_lines (without_old, "");
	g_assert_true (eas_map_contact_same_content (item, item, context));
	g_object_unref (shown);
	g_object_unref (again);
}

static void
test_untouched (void)
{
	each (1601, law_untouched);
}

/* read (write (x)) says what x says: what was read says so again, and the server's copy is the
 * same. */
static void
law_round_trip (GRand *rand, EasVersion version, const EasMapContext *context)
{
	g_autoptr (GError) error = NULL;
	EContact *contact = contact_random (rand);
	g_autoptr (GPtrArray) added = eas_map_contact_write (contact, NULL, NULL, context, &error);
	g_autoptr (GPtrArray) again = NULL;
	g_autofree char *first = NULL, *second = NULL, *unedited = NULL;
	const EasItem *item;
	EContact *read;

	g_assert_no_error (error);
	g_assert_cmpuint (added->len, ==, 1);
	item = ((EasSyncChange *) added->pdata[0])->item;
	read = contact_read (item, context);
	again = eas_map_contact_write (read, NULL, NULL, context, &error);
	g_assert_no_error (error);
	first = convert_lines (item);
	second = convert_lines (((EasSyncChange *) again->pdata[0])->item);
	convert_assert_lines (second, first);

	/* The contact as it was entered is no edit of what it was sent as. */
	unedited = write_edit (contact, item, NULL, context);
	convert_assert_lines (unedited, "");
	g_object_unref (contact);
	g_object_unref (read);
}

static void
test_round_trip (void)
{
	each (1701, law_round_trip);
}

static char *
dup_first_value (EVCardAttribute *attribute)
{
	return g_strstrip (g_strdup (e_vcard_attribute_get_values (attribute)->data));
}

/* All that was entered is in what was sent, somewhere. */
static void
law_nothing_lost (GRand *rand, EasVersion version, const EasMapContext *context)
{
	static const char *const properties[] = { EVC_EMAIL,      EVC_TEL,
						  EVC_URL,        EVC_ROLE,
						  EVC_X_BLOG_URL, EVC_X_MANAGER,
						  EVC_TITLE,      NULL };
	EContact *contact = contact_random (rand);
	g_autoptr (GPtrArray) added = eas_map_contact_write (contact, NULL, NULL, context, NULL);
	EContact *read = contact_read (((EasSyncChange *) added->pdata[0])->item, context);
	GList *link;

	for (link = e_vcard_get_attributes (E_VCARD (contact)); link != NULL; link = link->next) {
		const char *name = e_vcard_attribute_get_name (link->data);
		g_autofree char *value = dup_first_value (link->data);
		gboolean found = *value == '\0';

		if (!g_strv_contains (properties, name))
			continue;
		for (GList *other = e_vcard_get_attributes (E_VCARD (read));
		     other != NULL && !found; other = other->next) {
			g_autofree char *its_value = dup_first_value (other->data);

			found = strcmp (e_vcard_attribute_get_name (other->data), name) == 0 &&
				strcmp (its_value, value) == 0;
		}
		if (!found)
			g_error ("%s:%s is nowhere", name, value);
	}
	g_object_unref (contact);
	g_object_unref (read);
}

static void
test_nothing_lost (void)
{
	each (1801, law_nothing_lost);
}

/* One edit changes one thing; what we do not know and do not map is there after it. */
static void
law_one_edit (GRand *rand, EasVersion version, const EasMapContext *context)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (EasItem) item = contact_random_item (rand, version);
	EContact *shown = contact_read (item, context);
	EContact *edited = contact_edit (shown, "X-EVOLUTION-SPOUSE:Somebody new");
	g_autoptr (GPtrArray) changes =
		eas_map_contact_write (edited, item, shown, context, &error);
	g_autoptr (EasItem) applied = NULL;
	g_autoptr (EasItem) diff = NULL;
	g_autofree char *lines = NULL;

	g_assert_no_error (error);
	applied = eas_map_contact_apply (item, changes, context);
	diff = eas_item_diff (item, applied);
	lines = convert_lines (diff);
	convert_assert_lines (lines, "Spouse=Somebody new");
	g_object_unref (shown);
	g_object_unref (edited);
}

static void
test_one_edit (void)
{
	each (1901, law_one_edit);
}

/* Whatever one contact is edited to be: the server then has it, and a second look finds no edit. */
static void
law_any_edit (GRand *rand, EasVersion version, const EasMapContext *context)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (EasItem) item = contact_random_item (rand, version);
	EContact *shown = contact_read (item, context);
	EContact *edited = contact_random (rand);
	g_autoptr (GPtrArray) changes =
		eas_map_contact_write (edited, item, shown, context, &error);
	g_autoptr (EasItem) applied = NULL;
	g_autofree char *again = NULL;

	if (eas_item_get_int (item, EAS_AIRSYNCBASE_NATIVE_BODY_TYPE, 1) == 2) {
		/* A note goes as HTML, which does not keep all white space. */
	} else if (changes == NULL) {
		/* A note of which only the beginning came. */
		g_assert_error (error, EAS_ERROR, EAS_ERROR_ITEM_REJECTED);
	} else {
		applied = eas_map_contact_apply (item, changes, context);
		again = write_edit (edited, applied, NULL, context);
		if (*again != '\0') {
			g_autofree char *was = convert_lines (applied);
			g_autofree char *vcard = contact_lines (edited);

			g_error ("a second look finds\n%sin what should be\n%s\nof\n%s", again, was,
				 vcard);
		}
	}
	g_object_unref (shown);
	g_object_unref (edited);
}

static void
test_any_edit (void)
{
	each (2001, law_any_edit);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/map/contact/laws/untouched", test_untouched);
	g_test_add_func ("/map/contact/laws/round-trip", test_round_trip);
	g_test_add_func ("/map/contact/laws/nothing-lost", test_nothing_lost);
	g_test_add_func ("/map/contact/laws/one-edit", test_one_edit);
	g_test_add_func ("/map/contact/laws/any-edit", test_any_edit);

	return g_test_run ();
}
