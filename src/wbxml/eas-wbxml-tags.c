/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The facts of eas-wbxml-tags.def, found by page and token. */

#include "eas-wbxml-tags.h"

#define N_PAGES  26
#define N_TOKENS 64 /* a token is six bits */

typedef struct {
	const char *name;
	guint16 since;
	guint16 until;
	guint8 type;
	guint8 secrecy;
} TagInfo;

/* clang-format off */
static const TagInfo tags[N_PAGES][N_TOKENS] = {
#define EAS_PAGE(page, ident, name)
#define EAS_TAG(page, token, ident, name, type, since, until, secrecy) \
	[page][token] = { name, since, until, EAS_TYPE_##type, EAS_SECRECY_##secrecy },
#include "eas-wbxml-tags.def"
#undef EAS_PAGE
#undef EAS_TAG
};

static const char *const page_names[N_PAGES] = {
#define EAS_PAGE(page, ident, name) [page] = name,
#define EAS_TAG(page, token, ident, name, type, since, until, secrecy)
#include "eas-wbxml-tags.def"
#undef EAS_PAGE
#undef EAS_TAG
};
/* clang-format on */

static const TagInfo unknown_tag = { NULL, 0, 0, EAS_TYPE_UNKNOWN, EAS_SECRECY_CONTENT };

static const TagInfo *
find_tag (EasTag tag)
{
	guint page = EAS_TAG_PAGE (tag);
	guint token = EAS_TAG_TOKEN (tag);

	if (page >= N_PAGES || token >= N_TOKENS || tags[page][token].name == NULL)
		return &unknown_tag;

	return &tags[page][token];
}

gboolean
eas_tag_is_known (EasTag tag)
{
	return find_tag (tag) != &unknown_tag;
}

const char *
eas_tag_get_name (EasTag tag)
{
	return find_tag (tag)->name;
}

EasType
eas_tag_get_type (EasTag tag)
{
	return find_tag (tag)->type;
}

guint
eas_tag_get_since (EasTag tag)
{
	return find_tag (tag)->since;
}

guint
eas_tag_get_until (EasTag tag)
{
	return find_tag (tag)->until;
}

EasSecrecy
eas_tag_get_secrecy (EasTag tag)
{
	return find_tag (tag)->secrecy;
}

/**
 * eas_tag_valid_in:
 * @tag: an element
 * @version: a protocol version times ten
 *
 * Returns: whether the published lists have @tag in @version; %FALSE for
 * elements that were never listed or are unknown
 */
gboolean
eas_tag_valid_in (EasTag tag, guint version)
{
	const TagInfo *info = find_tag (tag);

	return info->since != 0 && version >= info->since && version <= info->until;
}

const char *
eas_page_get_name (guint page)
{
	return page < N_PAGES ? page_names[page] : NULL;
}

int
eas_page_from_name (const char *page_name)
{
	guint page;

	g_return_val_if_fail (page_name != NULL, EAS_PAGE_NONE);

	for (page = 0; page < N_PAGES; page++) {
		if (g_strcmp0 (page_names[page], page_name) == 0)
			return (int) page;
	}

	return EAS_PAGE_NONE;
}

EasTag
eas_tag_from_name (const char *page_name, const char *name)
{
	int page = eas_page_from_name (page_name);
	guint token;

	g_return_val_if_fail (name != NULL, EAS_TAG_NONE);

	if (page == EAS_PAGE_NONE)
		return EAS_TAG_NONE;

	for (token = 0; token < N_TOKENS; token++) {
		if (g_strcmp0 (tags[page][token].name, name) == 0)
			return EAS_TAG_MAKE (page, token);
	}

	return EAS_TAG_NONE;
}
