# SPDX-License-Identifier: LGPL-2.1-or-later
"""Another device of the same person, as far as the control interface cannot play it: it
speaks ActiveSync itself."""

import base64
import http.client
import urllib.parse

from seam import Failure

# [MS-ASWBXML] 2.1.2.1.6 Code Page 5: Move
MOVE_ITEMS, MOVE, SRC_MSG_ID, SRC_FLD_ID, DST_FLD_ID, STATUS = 0x05, 0x06, 0x07, 0x08, 0x09, 0x0B
CONTENT, STR_I, END = 0x40, 0x03, 0x01
MOVED = b"3"


def text(tag, value):
    return bytes([tag | CONTENT, STR_I]) + value.encode() + bytes([0, END])


class SecondDevice:
    def __init__(self, url, user, password, version):
        self.parts, self.user, self.version = urllib.parse.urlsplit(url), user, f"{version // 10}.{version % 10}"
        self.authorization = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()

    def post(self, command, body):
        connection = http.client.HTTPConnection(self.parts.hostname, self.parts.port, timeout=180)
        try:
            query = urllib.parse.urlencode({"Cmd": command, "User": self.user, "DeviceId": "seconddevice", "DeviceType": "Other"})
            connection.request("POST", f"{self.parts.path}?{query}", body,
                               {"Authorization": self.authorization, "Content-Type": "application/vnd.ms-sync.wbxml",
                                "MS-ASProtocolVersion": self.version, "User-Agent": "other/1"})
            answer = connection.getresponse()
            data = answer.read()
            if answer.status != 200:
                raise Failure(f"{command} answered {answer.status}")
            return data
        finally:
            connection.close()

    def move(self, id, source, target):
        body = b"\x03\x01\x6a\x00\x00\x05" + bytes([MOVE_ITEMS | CONTENT, MOVE | CONTENT]) + text(SRC_MSG_ID, id) + \
            text(SRC_FLD_ID, source) + text(DST_FLD_ID, target) + bytes([END, END])
        answer = self.post("MoveItems", body)
        if bytes([STATUS | CONTENT, STR_I]) + MOVED + b"\0" not in answer:
            raise Failure(f"the other device's MoveItems was refused: {answer!r}")
