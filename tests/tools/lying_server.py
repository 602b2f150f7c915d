# SPDX-License-Identifier: LGPL-2.1-or-later
"""Servers that are no ActiveSync servers, or cannot be trusted."""

import http.server
import os
import ssl
import subprocess
import threading


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers every request as its server's answer says."""
    protocol_version = 'HTTP/1.1'

    def answer(self):
        length = int(self.headers.get('Content-Length') or 0)
        self.rfile.read(length)
        status, headers, body = self.server.answer
        self.server.seen.append((self.command, self.path, dict(self.headers)))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_OPTIONS = do_POST = do_GET = answer

    def log_message(self, *_):
        pass


class Server:
    """with Server (...) as url; .seen is what it was asked: (method, path, headers)."""

    def __init__(self, status, headers, body, certificate=None):
        self.http = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.http.handle_error = lambda *_: None  # a client that refuses the certificate
        self.http.answer = (status, headers, body)
        self.seen = self.http.seen = []
        self.scheme = 'http'
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self.http.socket = context.wrap_socket(self.http.socket, server_side=True)
            self.scheme = 'https'

    def __enter__(self):
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        return f'{self.scheme}://127.0.0.1:{self.http.server_address[1]}/Microsoft-Server-ActiveSync'

    def __exit__(self, *_):
        self.http.shutdown()
        self.http.server_close()


def make_certificate(folder, name, start='20200101000000Z', end='20990101000000Z', host='IP:127.0.0.1'):
    """(certificate, key): signed by itself. openssl ca alone sets both dates in every release."""
    base = os.path.join(folder, name)
    os.mkdir(base)
    with open(os.path.join(base, 'ca.cnf'), 'w', encoding='utf-8') as file:
        file.write(f'[ca]\ndefault_ca=x\n[x]\ndatabase={base}/index\nserial={base}/serial\nnew_certs_dir={base}\n'
                   'default_md=sha256\npolicy=p\nx509_extensions=e\n[p]\ncommonName=supplied\n[e]\n'
                   f'basicConstraints=CA:TRUE\nsubjectAltName={host}\n[req]\ndistinguished_name=d\n[d]\n')
    open(os.path.join(base, 'index'), 'w', encoding='utf-8').close()
    with open(os.path.join(base, 'serial'), 'w', encoding='utf-8') as file:
        file.write('01\n')
    key, request, certificate = (os.path.join(base, part) for part in ('key.pem', 'request.pem', 'cert.pem'))
    config = ['-config', os.path.join(base, 'ca.cnf')]
    for command in (['req', *config, '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout',
                     key, '-out', request, '-subj', '/CN=' + host.partition(':')[2]],
                    ['ca', *config, '-batch', '-selfsign', '-keyfile', key, '-in', request, '-out', certificate, '-notext',
                     '-startdate', start, '-enddate', end]):
        subprocess.run(['openssl', *command], check=True, capture_output=True, timeout=180)
    return certificate, key
