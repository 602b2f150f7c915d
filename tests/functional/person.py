# SPDX-License-Identifier: LGPL-2.1-or-later
"""A person who manages accounts: folders, switches and password prompts, through
tests/functional/source-agent."""

import base64
import collections
import os

import seam

AGENT = os.path.join(os.environ["EAS_BUILD_DIR"], "tests", "functional", "source-agent")
FIELDS = ("uid kind backend name color enabled order alarms autocomplete stay refresh writable deletable status folder")
Child = collections.namedtuple("Child", FIELDS)
NUMBERS = {"enabled", "order", "alarms", "autocomplete", "stay", "refresh", "writable", "deletable", "status"}
DISCONNECTED, AWAITING, SSL_FAILED, CONNECTED = 0, 1, 2, 4  # ESourceConnectionStatus


class Person(seam.Agent):
    def __init__(self):
        super().__init__(AGENT)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _texts(self, *words):
        return [base64.b64decode(line).decode() for line in self.ask(*words)]

    def children(self, account, kind=None):
        found = []
        for line in self._texts("children", account):
            values = [int(value) if name in NUMBERS else value for name, value in zip(FIELDS.split(), line.split("\t"))]
            found.append(Child(*values))
        return sorted((c for c in found if kind in (None, c.kind)), key=lambda c: (c.kind, c.order, c.name))

    def names(self, account, kind):
        return [child.name for child in self.children(account, kind)]

    def status(self, uid):
        """ESourceConnectionStatus of any source."""
        return int(self.ask("status", uid)[0])

    def make(self, account, kind, name):
        self.ask("make", account, kind, seam.encode(name))

    def drop(self, uid):
        self.ask("drop", uid)

    def remove(self, account):
        self.ask("remove", account)

    def rename(self, uid, name):
        self.ask("rename", uid, seam.encode(name))

    def switch(self, uid, what, on):
        self.ask("set", uid, what, "on" if on else "off")

    def recolor(self, uid, color):
        self.ask("recolor", uid, color)

    def refresh(self, account):
        """The registry makes an account's backend a moment after its source."""
        def asked():
            try:
                self.ask("refresh", account)
            except seam.AgentError as error:
                if "is not a collection source" not in str(error):
                    raise
                return False
            return True
        seam.wait_for(asked, 20, "the account's backend")

    def answer(self, *passwords, remember=True):
        self.ask("remember", "on" if remember else "off")
        self.ask("answer", *(seam.encode(p) if p is not None else "-" for p in passwords))

    def prompts(self):
        """(reason, source UID) of each."""
        return [tuple(text.split(" ")) for text in self._texts("prompts")]
