/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Mailboxes that look lived in, and big ones. */

#pragma once

#include "eas-mock-mailbox.h"

G_BEGIN_DECLS

/* Mail, events, contacts, tasks and notes around today; the same ones on the same day. */
void eas_mock_sample_fill     (EasMockMailbox *mailbox);

/* @count more items of the folder's class; @seed decides all of them. */
void eas_mock_sample_generate (EasMockMailbox *mailbox, EasMockFolder *folder, guint count, guint seed);

/* Between the two files that make them. */
void eas_mock_sample_put_body       (EasItemBuilder *builder, EasBodyType type, const char *text);
void eas_mock_sample_add_events     (EasMockMailbox *mailbox, EasMockFolder *folder);
void eas_mock_sample_generate_event (EasMockMailbox *mailbox, EasMockFolder *folder, GRand *random, guint number);

G_END_DECLS
