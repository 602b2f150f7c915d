# SPDX-License-Identifier: LGPL-2.1-or-later
"""A line between a desktop and a server that fails on demand: the same faults for
every server, at the only place where client and server cannot know them."""

import contextlib
import random
import re
import selectors
import socket
import threading
import time


class FaultyLine:
    """Forwards TCP. Faults are armed for a command ("Sync", "Ping", ANY) and count down.

    down        connections are closed as soon as they are made, open ones are cut
    lose        the request reaches the server, the answer never comes back
    cut         half of the answer comes back
    refuse      the connection is closed before the request reaches the server
    hold        the request is held back from when .held is set until .release() is called
    late        so is the answer, when the server has done what it was asked for
    none        no fault, for this one of several requests
    delay       the answer comes late by .latency seconds, always, while above 0
    """

    ANY = "*"

    def __init__(self, host, port):
        self.target = (host, port)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.lock = threading.Lock()
        self.armed = []
        self.fired = []
        self.is_down = False
        self.latency = 0.0
        self.replaces = None  # (these bytes, by as many others) in answers
        self.pairs = set()
        self.requests = []
        self.closing = False
        self.held = threading.Event()
        self.go_on = threading.Event()
        self.gate = threading.Event()  # closed: new requests wait here
        self.gate.set()
        self.underway = set()  # pairs whose request is with the server, but for Pings
        threading.Thread(target=self._accept, daemon=True).start()

    def arm(self, fault, command="Sync", count=1):
        with self.lock:
            self.armed += [(fault, command)] * count
        if fault in ("hold", "late"):
            self.held.clear()
            self.go_on.clear()

    def disarm(self):
        with self.lock:
            self.armed.clear()

    def release(self):
        self.go_on.set()

    def down(self):
        with self.lock:
            self.is_down = True
            pairs = list(self.pairs)
            self.underway.clear()
        for pair in pairs:
            for end in pair:
                close(end)

    def up(self):
        self.is_down = False

    def divert(self, host, port):
        """Leads elsewhere from now on; open connections are cut."""
        self.target = (host, port)
        self.down()
        self.up()

    @contextlib.contextmanager
    def quiet(self, seconds=20):
        """Nothing is asked of the server meanwhile, nor is anything answered by it but a Ping."""
        with self.lock:
            self.gate.clear()
        end = time.monotonic() + seconds
        while self.underway and time.monotonic() < end:
            time.sleep(0.01)
        try:
            yield
        finally:
            self.gate.set()

    def close(self):
        self.closing = True
        self.gate.set()
        close(self.listener)
        self.down()

    def _accept(self):
        while not self.closing:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            if self.is_down:
                close(near)
                continue
            threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _take(self, command):
        with self.lock:
            for i, (fault, wanted) in enumerate(self.armed):
                if wanted in (command, self.ANY):
                    del self.armed[i]
                    self.fired.append((fault, command))
                    return fault
        return None

    def _serve(self, near):
        try:
            far = socket.create_connection(self.target, timeout=120)
        except OSError:
            close(near)
            return
        far.settimeout(None)
        pair = (near, far)
        with self.lock:
            self.pairs.add(pair)
        try:
            self._forward(near, far)
        except OSError:
            pass
        finally:
            with self.lock:
                self.pairs.discard(pair)
                self.underway.discard(near)
            close(near)
            close(far)

    def _pass_gate(self, near, command):
        while not self.closing:
            self.gate.wait(timeout=1)
            with self.lock:
                if self.gate.is_set():
                    if command != "Ping":
                        self.underway.add(near)
                    return

    def _forward(self, near, far):
        """One fault at most for each request; the request is what follows an answer."""
        fault, fresh = None, True
        with selectors.DefaultSelector() as selector:
            selector.register(near, selectors.EVENT_READ)
            selector.register(far, selectors.EVENT_READ)
            while not self.closing and near.fileno() >= 0:  # down() may have closed it
                for key, _ in selector.select(timeout=1):
                    data = key.fileobj.recv(65536)
                    if not data:
                        return
                    if key.fileobj is far and self.replaces:
                        data = data.replace(*self.replaces)
                    if key.fileobj is near:
                        if fresh:
                            command = command_of(data)
                            with self.lock:
                                self.requests.append((time.monotonic(), command))
                            fault, fresh = self._take(command), False
                            self._pass_gate(near, command)
                        if fault == "refuse":
                            return
                        if fault == "hold":
                            fault = None
                            self.held.set()
                            self.go_on.wait(120)
                        far.sendall(data)
                        continue
                    begins, fresh = not fresh, True
                    self.underway.discard(near)
                    if fault == "late":
                        fault = None
                        self.held.set()
                        self.go_on.wait(30)
                    if begins and self.latency > 0:
                        time.sleep(self.latency)
                    if fault == "lose":
                        return
                    if fault == "cut":
                        near.sendall(data[:max(1, len(data) // 2)])
                        return
                    near.sendall(data)


def command_of(data):
    match = re.match(rb"(?:POST|OPTIONS) [^ ]*[?&]Cmd=([A-Za-z]+)", data)
    return match.group(1).decode() if match else data[:8].split(b" ")[0].decode("ascii", "replace")


def close(end):
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    try:
        end.close()
    except OSError:
        pass


def some_fault(rng: random.Random):
    return rng.choice(["lose", "cut", "refuse", "lose"])
