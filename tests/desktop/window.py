# SPDX-License-Identifier: LGPL-2.1-or-later
"""Programs in real windows on a virtual screen, driven as a person with a screen
reader drives them: by the names and roles of their widgets. Inside
tests/functional/session.sh, started with NO_AT_BRIDGE empty."""

import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "functional"))
from seam import Failure, wait_for  # noqa: E402


def start(words, **settings):
    log = open(os.path.join(os.environ["EAS_SESSION"], f"{os.path.basename(words[0])}.log"), "w")
    return subprocess.Popen(words, stdout=log, stderr=log, **settings)


class Screen:
    """Xvfb with a small window manager, on a display number of its own."""

    def __init__(self, width=1280, height=800):
        reading, writing = os.pipe()
        self.server = start(["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp", "-noreset"],
                            pass_fds=[writing])
        os.close(writing)
        with os.fdopen(reading) as pipe:
            number = pipe.readline().strip()
        if not number:
            raise Failure("Xvfb did not start")
        os.environ["DISPLAY"] = f":{number}"
        os.environ.update(GSK_RENDERER="cairo", LIBGL_ALWAYS_SOFTWARE="1", GDK_BACKEND="x11")
        self._wait()
        self.manager = start(["openbox"])

    def _wait(self):
        for _ in range(600):
            if subprocess.run(["xdotool", "getdisplaygeometry"], capture_output=True).returncode == 0:
                return
            time.sleep(0.1)
        said = open(os.path.join(os.environ["EAS_SESSION"], "Xvfb.log")).read().strip()
        raise Failure(f"the virtual screen {os.environ['DISPLAY']} does not answer ({self.server.poll()}): {said[-300:]}")

    def picture(self, path):
        subprocess.run(["import", "-window", "root", path], check=True, timeout=120)

    def close(self):
        for process in (self.manager, self.server):
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


class Window:
    """A program's window on a screen of its own, until the end of the with; what it showed when something
    failed is kept as a picture."""

    def __init__(self, program, frame="", width=1280, height=800):
        self.program, self.frame, self.size = program, frame, (width, height)
        self.pictures = os.environ.get("EAS_PICTURES") or os.path.join(os.environ["EAS_SESSION"], "pictures")
        os.makedirs(self.pictures, exist_ok=True)
        self.screen = self.process = None

    def __enter__(self):
        self.screen = Screen(*self.size)
        try:
            self.process = start([self.program])
            self.find(self.frame, "frame", 40)
        except BaseException as error:
            self.__exit__(type(error))
            raise
        return self

    def __exit__(self, kind=None, *_):
        if kind is not None:
            self.picture("failure")
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.screen.close()

    def picture(self, name):
        """Its path."""
        path = os.path.join(self.pictures, f"{self.program}-{name}.png")
        self.screen.picture(path)
        return path

    def find(self, wanted, role=None, seconds=20):
        return find(self.program, wanted, role, seconds)

    def names(self, role):
        return [name for name, found, _ in widgets(self.program) if found == role]

    def shows(self, wanted):
        return any(wanted in name for name, _, _ in widgets(self.program))

    def await_gone(self, wanted, seconds=20):
        wait_for(lambda: not self.shows(wanted), seconds, f"{wanted!r} to leave the window", 0.3)

    def area(self, colour):
        """How many pixels of the screen have about this colour (as ImageMagick writes it)."""
        counted = subprocess.run(["convert", self.picture("seen"), "-alpha", "off", "-fuzz", "6%", "-fill", "black", "+opaque", colour,
                                  "-fill", "white", "-opaque", colour, "-format", "%[fx:int(mean*w*h+0.5)]", "info:"],
                                 capture_output=True, text=True, check=True, timeout=180)
        return int(counted.stdout)


def key(*names):
    subprocess.run(["xdotool", "key", "--clearmodifiers", *names], check=True, timeout=120)
    time.sleep(0.3)


def type_text(text):
    subprocess.run(["xdotool", "type", "--delay", "20", text], check=True, timeout=180)
    time.sleep(0.3)


# The accessible tree

def everything(node, depth=0):
    yield node
    if depth > 40:
        return
    try:
        count = node.childCount
    except Exception:
        return
    for i in range(min(count, 500)):
        try:
            child = node.getChildAtIndex(i)
        except Exception:
            continue
        if child is not None:
            yield from everything(child, depth + 1)


def application(name):
    import pyatspi
    for app in pyatspi.Registry.getDesktop(0):
        if app is not None and app.name == name:
            return app
    return None


def widgets(name_of_app):
    """(name, role, widget) of every one; those that go while they are looked at are left out."""
    app = application(name_of_app)
    for node in everything(app) if app is not None else ():
        try:
            seen = node.name or "", node.getRoleName(), node
        except Exception:
            continue
        yield seen


def find(name_of_app, wanted, role=None, seconds=20):
    """The first widget whose name contains wanted (and has the role)."""
    def look():
        return next((node for name, found, node in widgets(name_of_app) if wanted in name and role in (None, found)), None)
    return wait_for(look, seconds, f"a {role or 'widget'} called {wanted!r} in the window", 0.3)


def click(node):
    import pyatspi
    try:
        action = node.queryAction()
        for i in range(action.nActions):
            if action.getName(i) in ("click", "press", "activate", ""):
                action.doAction(i)
                time.sleep(0.4)
                return
    except NotImplementedError:
        pass
    box = node.queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
    subprocess.run(["xdotool", "mousemove", str(box.x + box.width // 2), str(box.y + box.height // 2), "click", "1"], check=True)
    time.sleep(0.4)


def click_at(name_of_app, node):
    """With the mouse, where it is on the screen: GTK 4 tells places within the window, and counts no shadow."""
    import pyatspi
    frame = next(child for child in application(name_of_app) if child.getRoleName() == "frame")
    outer, box = frame.queryComponent().getExtents(pyatspi.WINDOW_COORDS), node.queryComponent().getExtents(pyatspi.WINDOW_COORDS)
    words = subprocess.run(["xdotool", "search", "--onlyvisible", "--class", name_of_app, "getwindowgeometry", "--shell"],
                           capture_output=True, text=True, check=True, timeout=120).stdout.split()
    place = {name: int(value) for name, value in (word.split("=") for word in words)}
    x = place["X"] + (place["WIDTH"] - outer.width) // 2 + box.x + box.width // 2
    y = place["Y"] + (place["HEIGHT"] - outer.height) // 2 + box.y + box.height // 2
    subprocess.run(["xdotool", "mousemove", str(x), str(y), "click", "1"], check=True, timeout=120)
    time.sleep(0.4)


def act(name_of_app, window, action):
    """What a shortcut or a button without a name does."""
    node = find(name_of_app, window, "frame").queryAction()
    for i in range(node.nActions):
        if node.getName(i) == action:
            node.doAction(i)
            time.sleep(0.4)
            return
    raise Failure(f"the window has no action {action}")
