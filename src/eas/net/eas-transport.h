/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* EasTransport: how EasClient reaches the network. Used on the client's I/O thread only. */

#pragma once

#include "eas-http.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define EAS_TYPE_TRANSPORT (eas_transport_get_type ())
G_DECLARE_INTERFACE (EasTransport, eas_transport, EAS, TRANSPORT, GObject)

struct _EasTransportInterface {
	GTypeInterface parent;

	/* @request stays valid until the callback. The transport adds Authorization when request->credentials. */
	void             (*send_async)  (EasTransport *self, const EasHttpRequest *request, GCancellable *cancellable,
	                                 GAsyncReadyCallback callback, gpointer user_data);
	EasHttpResponse *(*send_finish) (EasTransport *self, GAsyncResult *result, GError **error);
	/* A 401 came back: forget cached credentials; TRUE when fresh ones may help (an OAuth2 token to renew). */
	gboolean         (*refused)     (EasTransport *self);
};

void             eas_transport_send_async  (EasTransport *self, const EasHttpRequest *request, GCancellable *cancellable,
                                            GAsyncReadyCallback callback, gpointer user_data);
EasHttpResponse *eas_transport_send_finish (EasTransport *self, GAsyncResult *result, GError **error);
gboolean         eas_transport_refused     (EasTransport *self);

G_END_DECLS
