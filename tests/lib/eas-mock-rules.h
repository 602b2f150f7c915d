/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What a server accepts as ApplicationData: the element's class and version,
 * values in their range, elements that need or exclude each other.
 */

#pragma once

#include "eas-mock-server.h"

G_BEGIN_DECLS

typedef enum {
	EAS_MOCK_RULES_ADD,
	EAS_MOCK_RULES_CHANGE,
	EAS_MOCK_RULES_INSTANCE
} EasMockRulesKind;

/* NULL: accepted; else what is wrong, in words for the log. */
const char *eas_mock_rules_check (const EasItem *wire, EasClass klass, guint version, EasMockRulesKind kind);

/* The type table of Recurrence, of events and tasks. */
gboolean    eas_mock_rules_recurrence (const EasItem *wire, EasItemSlot slot, gboolean type_required);

G_END_DECLS
