#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A loopback SMTP server that hands every message to an LMTP server.

smtp2lmtp.py LISTEN_PORT LMTP_PORT DOMAIN

SOGo speaks SMTP (EHLO, one reply after DATA); Dovecot's LMTP refuses EHLO and
answers once a recipient. Nothing leaves the machine: a recipient outside DOMAIN
gets 550, and so does one the LMTP server does not know.
"""
import smtplib
import socketserver
import sys

LISTEN, LMTP, DOMAIN = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3].lower()


def address(argument):
    """The address in 'FROM:<a@b> SIZE=1', or None."""
    rest = argument.partition(":")[2].strip()
    if rest.startswith("<"):
        return rest[1:].partition(">")[0]
    return rest.split(" ")[0] if rest else None


class Session(socketserver.StreamRequestHandler):
    timeout = 300

    def say(self, code, text):
        if isinstance(text, bytes):
            text = text.decode("latin-1")
        lines = text.splitlines() or [""]
        for number, line in enumerate(lines, 1):
            mark = " " if number == len(lines) else "-"
            self.wfile.write(f"{code}{mark}{line}\r\n".encode("latin-1"))

    def drop(self):
        if self.backend:
            try:
                self.backend.quit()
            except (OSError, smtplib.SMTPException):
                pass
        self.backend, self.sender, self.recipients = None, None, []

    def handle(self):
        self.backend = None
        self.drop()
        self.say(220, "localhost ESMTP test relay")
        while True:
            line = self.rfile.readline(4096)
            if not line:
                break
            verb, _, argument = line.decode("latin-1").strip().partition(" ")
            verb = verb.upper()
            try:
                if verb == "QUIT":
                    self.say(221, "bye")
                    break
                self.command(verb, argument)
            except (OSError, smtplib.SMTPException) as error:
                self.drop()
                self.say(451, f"{type(error).__name__}: {error}")
        self.drop()

    def command(self, verb, argument):
        if verb == "EHLO":
            self.drop()
            self.say(250, "localhost\n8BITMIME\nSMTPUTF8\nSIZE 52428800")
        elif verb == "HELO":
            self.drop()
            self.say(250, "localhost")
        elif verb == "NOOP":
            self.say(250, "ok")
        elif verb == "RSET":
            self.drop()
            self.say(250, "ok")
        elif verb == "MAIL":
            self.drop()
            sender = address(argument)
            if sender is None:
                return self.say(501, "MAIL FROM:<address>")
            self.backend = smtplib.LMTP("127.0.0.1", LMTP)
            self.backend.ehlo()
            code, text = self.backend.mail(sender)
            if code == 250:
                self.sender = sender
            self.say(code, text)
        elif verb == "RCPT":
            recipient = address(argument)
            if self.sender is None:
                return self.say(503, "MAIL first")
            if not recipient or recipient.lower().rpartition("@")[2] != DOMAIN:
                return self.say(550, f"5.7.1 <{recipient}>: this relay delivers to {DOMAIN} only")
            code, text = self.backend.rcpt(recipient)
            if code in (250, 251):
                self.recipients.append(recipient)
            self.say(code, text)
        elif verb == "DATA":
            if not self.recipients:
                return self.say(503, "RCPT first")
            self.say(354, "end with .")
            message = []
            while True:
                line = self.rfile.readline()
                if not line:
                    return
                if line.rstrip(b"\r\n") == b".":
                    break
                message.append(line[1:] if line.startswith(b".") else line)
            code, text = self.backend.data(b"".join(message))
            bad = None if code == 250 else (code, text)
            for _ in self.recipients[1:]:  # LMTP: one reply a recipient
                code, text = self.backend.getreply()
                bad = bad or (None if code == 250 else (code, text))
            print(f"{self.sender} -> {', '.join(self.recipients)}: {bad or 'delivered'}", flush=True)
            self.say(*(bad or (250, "2.0.0 delivered")))
            self.drop()
        else:
            self.say(502, "no such command")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


with Server(("127.0.0.1", LISTEN), Session) as server:
    server.serve_forever()
