/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Misbehaviour on demand: which request it hits, how often, and what it does. */

#pragma once

#include "eas-mock-server.h"

G_BEGIN_DECLS

typedef enum {
	EAS_MOCK_FAULT_DROP,              /* the connection closes, nothing was done */
	EAS_MOCK_FAULT_HTTP,              /* value: status; text: header lines */
	EAS_MOCK_FAULT_HTML,              /* 200 and a login page */
	EAS_MOCK_FAULT_STATUS,            /* value: Status of the whole command, nothing was done */
	EAS_MOCK_FAULT_COLLECTION_STATUS, /* value: Status of a Collection of a Sync */
	EAS_MOCK_FAULT_ITEM_STATUS,       /* value: Status of an Add or Change whose subject contains text */
	EAS_MOCK_FAULT_STALL,             /* a Collection says MoreAvailable and brings nothing */
	EAS_MOCK_FAULT_TOMBSTONES,        /* a Collection tells with each change of deletions of items that nobody has; value: how many */
	EAS_MOCK_FAULT_ALARM,             /* a Ping says at once that all its folders changed */
	EAS_MOCK_FAULT_OMIT,              /* elements named text ("AirSync:Status") are left out */
	EAS_MOCK_FAULT_REORDER,           /* siblings in another order */
	EAS_MOCK_FAULT_UNKNOWN,           /* elements and a page nobody knows */
	EAS_MOCK_FAULT_HEADERS,           /* done; text: header lines, added to the answer */
	EAS_MOCK_FAULT_EMPTY,             /* done, and 200 without a body */
	EAS_MOCK_FAULT_GARBAGE,           /* done, and bytes that are not WBXML */
	EAS_MOCK_FAULT_CONTENT_TYPE,      /* done; text: another Content-Type */
	EAS_MOCK_FAULT_GZIP,              /* done, compressed as a proxy would */
	EAS_MOCK_FAULT_BOMB,              /* value: MiB of blanks behind a small compressed body */
	EAS_MOCK_FAULT_CUT,               /* done; value: bytes sent before the connection closes */
	EAS_MOCK_FAULT_LOST,              /* done, but the connection closes without an answer */
	EAS_MOCK_FAULT_DELAY,             /* done; value: milliseconds before the answer is sent */
	EAS_MOCK_N_FAULTS
} EasMockFaultKind;

typedef struct {
	EasMockFaultKind kind;
	char *command;  /* NULL: any */
	char *folder;   /* CollectionId or name; NULL: any */
	guint after;    /* requests that match but are spared first */
	int left;       /* times; -1: always */
	guint value;
	char *text;
} EasMockFault;

EasMockFaults *eas_mock_faults_new   (void);
void           eas_mock_faults_free  (EasMockFaults *faults);
void           eas_mock_faults_clear (EasMockFaults *faults);
gboolean       eas_mock_fault_kind_from_name (const char *name, EasMockFaultKind *out_kind);
const char    *eas_mock_fault_kind_name      (EasMockFaultKind kind);
EasMockFault  *eas_mock_faults_add   (EasMockFaults *faults, EasMockFaultKind kind, const char *command, const char *folder, int times);
GPtrArray     *eas_mock_faults_get   (EasMockFaults *faults); /* EasMockFault */

/*
 * TRUE when a fault of @kind hits now; it is used up by one. @folder narrows it
 * to a collection, @subject to an item; NULL where the question has none. What
 * is lent out lives until the faults are cleared.
 */
gboolean eas_mock_faults_take (EasMockFaults *faults, EasMockFaultKind kind, EasMockRequest *request,
                               const EasMockFolder *folder, const char *subject, const EasMockFault **out_fault);

/* What the faults do to a tree and to bytes. */
EasItem *eas_mock_fault_change_tree (const EasMockFault *fault, const EasItem *tree);
GBytes  *eas_mock_fault_gzip        (GBytes *bytes);
GBytes  *eas_mock_fault_bomb        (guint mebibytes);

G_END_DECLS
