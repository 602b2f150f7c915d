/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The lines of bench-map that are about contacts. */

#pragma once

void bench_map_contact (void);
