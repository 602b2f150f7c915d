/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Three-way merge of items, field by field. Elements that only make sense
 * together (start, end, all day, zone) are one field. A list whose entries have
 * names (a series' exceptions) is merged entry by entry, and an entry that both sides
 * changed field by field.
 */

#pragma once

#include "eas-item.h"

G_BEGIN_DECLS

/* Elements of one field. @tags ends with EAS_TAG_NONE. */
typedef struct {
	const EasTag *tags;
	gboolean ignored; /* changes by itself and says nothing: the stamp, a size */
} EEasMergeField;

/* A container whose entries are values of their own. */
typedef struct {
	EasTag list;
	EasTag entry;
	const EasTag
		*names; /* of an entry, a time: the first one that is there; EAS_TAG_NONE last */
	const EasTag *pattern; /* what says which entries there can be; EAS_TAG_NONE last. Who
				  changes it means no entry that the other side made */
	gboolean (*same_pattern) (const EasItem *a, const EasItem *b); /* however it is written */
	EasTag gone;  /* a flag: an entry that says that there is none */
	EasTag start; /* where an entry is silent: its name; of anything else it is as the item */
	EasTag end;
} EEasMergeList;

typedef struct {
	const EEasMergeField *fields; /* an element in none of them is a field of its own */
	gsize n_fields;
	const EEasMergeList *list; /* NULL: there is none */
} EEasMergeRules;

typedef struct {
	EasItem *item; /* theirs with what only we changed laid over it, and ours where we win */
	gboolean conflict; /* one field was changed to different values on both sides */
	gboolean ours;     /* @item differs from theirs: there is something to send */
	gboolean theirs;   /* they changed something that counts */
} EEasMerge;

void e_eas_merge_clear (EEasMerge *merge);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (EEasMerge, e_eas_merge_clear)

/* @ancestor NULL: there was none, every difference is a conflict. */
void e_eas_merge (const EasItem *ancestor,
		  const EasItem *mine,
		  const EasItem *theirs,
		  const EEasMergeRules *rules,
		  gboolean mine_wins,
		  EEasMerge *out_merge);

/*
 * @sent on top of @ancestor as the server words it: @theirs, but for the fields that @sent
 * did not change, which are as it had them. The list is as it was sent.
 */
EasItem *e_eas_merge_reword (const EasItem *ancestor,
			     const EasItem *sent,
			     const EasItem *theirs,
			     const EEasMergeRules *rules);

/* What remains of the two lists: an item with nothing but the list, which may be empty. */
EasItem *e_eas_merge_list (const EEasMergeRules *rules,
			   const EasItem *ancestor,
			   const EasItem *mine,
			   const EasItem *theirs,
			   gboolean mine_wins,
			   gboolean *out_conflict);
gboolean e_eas_merge_list_differs (const EEasMergeList *list, const EasItem *a, const EasItem *b);

G_END_DECLS
