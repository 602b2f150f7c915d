/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Items by chance, and one that is written down: what the tests of this layer share. */

#pragma once

#include "eas-item.h"

/* Any tags, unknown ones and pages included; nested, values of every kind. */
EasItem *item_random (GRand *rand);

/* The same with some top-level elements changed, some gone, some added, none of them empty. */
EasItem *item_random_edit (GRand *rand, const EasItem *item);

/* The same elements, the top level in another order. */
EasItem *item_random_shuffle (GRand *rand, const EasItem *item);

/* An event with a body, attendees, a rule and elements of unknown pages; never changed, its hash is pinned. */
EasItem *item_sample (void);
EasItemBuilder *item_sample_build (void);
