/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What the tests of the commands share: documents bent in the ways servers bend
 * them, and the checks every parser must stand.
 */

#pragma once

#include "eas-command.h"
#include "eas-test.h"

G_BEGIN_DECLS

/* tests/golden/NAME.wbxml */
GBytes *command_test_golden       (const char *name);
/* tests/command/fixtures/NAME.hex */
GBytes *command_test_fixture      (const char *name);

/* The same document with the children of every element in reverse order. */
GBytes *command_test_reverse      (GBytes *document);
/* Elements of no known page and token before and after every element. */
GBytes *command_test_add_unknown  (GBytes *document);
/* Without the elements called @tag, wherever they are. */
GBytes *command_test_drop         (GBytes *document, EasTag tag);
/* Without the elements called @tag that have a child called @child. */
GBytes *command_test_drop_around  (GBytes *document, EasTag tag, EasTag child);
/* Each element called @tag becomes @other, which may be on another page. */
GBytes *command_test_rename       (GBytes *document, EasTag tag, EasTag other);

/* Reads @body and throws the result away. */
typedef gboolean (*CommandTestParse) (GBytes *body, GError **error);

/*
 * Every proper beginning of @document is refused with EAS_ERROR_PROTOCOL; the empty
 * one may be an answer. So are the answer of another command and what is no WBXML;
 * a document bent at random may be read or refused, but harms nobody.
 */
void    command_test_hostile      (GBytes *document, CommandTestParse parse, gboolean empty_ok);

/* The build: equal to golden bytes, or to a fixture. */
#define command_test_assert_golden(bytes, name) G_STMT_START { \
	g_autoptr (GBytes) built_ = (bytes); \
	g_autoptr (GBytes) golden_ = command_test_golden (name); \
	eas_test_assert_bytes (built_, golden_); \
} G_STMT_END

#define command_test_assert_fixture(bytes, name) G_STMT_START { \
	g_autoptr (GBytes) built_ = (bytes); \
	g_autoptr (GBytes) fixture_ = command_test_fixture (name); \
	eas_test_assert_bytes (built_, fixture_); \
} G_STMT_END

G_END_DECLS
