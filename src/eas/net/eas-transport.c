/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The interface and nothing else. */

#include "eas-transport.h"

G_DEFINE_INTERFACE (EasTransport, eas_transport, G_TYPE_OBJECT)

static void
eas_transport_default_init (EasTransportInterface *iface)
{
}

void
eas_transport_send_async (EasTransport *self,
			  const EasHttpRequest *request,
			  GCancellable *cancellable,
			  GAsyncReadyCallback callback,
			  gpointer user_data)
{
	g_return_if_fail (EAS_IS_TRANSPORT (self));
	g_return_if_fail (request != NULL);

	EAS_TRANSPORT_GET_IFACE (self)->send_async (self, request, cancellable, callback,
						    user_data);
}

EasHttpResponse *
eas_transport_send_finish (EasTransport *self, GAsyncResult *result, GError **error)
{
	g_return_val_if_fail (EAS_IS_TRANSPORT (self), NULL);

	return EAS_TRANSPORT_GET_IFACE (self)->send_finish (self, result, error);
}

gboolean
eas_transport_refused (EasTransport *self)
{
	EasTransportInterface *iface;

	g_return_val_if_fail (EAS_IS_TRANSPORT (self), FALSE);

	iface = EAS_TRANSPORT_GET_IFACE (self);

	return iface->refused != NULL && iface->refused (self);
}
