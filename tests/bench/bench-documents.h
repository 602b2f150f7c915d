/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Sync responses as a server sends them on a first sync, made up: items of one
 * class in windows of 512. Seeded, hence the same on every machine. No photos
 * and no long bodies: what is many is small elements, and they are the cost.
 */

#pragma once

#include "eas-types.h"

G_BEGIN_DECLS

#define BENCH_WINDOW 512

/* (element-type GBytes): the responses that carry @n_items of @klass: mail, events or contacts */
GPtrArray *bench_documents_new (EasClass klass, guint n_items);

G_END_DECLS
