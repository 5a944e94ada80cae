"""Messages of the protocol of remote environments (docs/protocol.md)."""

import json
import socket
import struct
import time

VERSION = 1

HELLO, RESET, STEP, OBSERVE, DRAW, ORACLE, SAVE, LOAD, CLOSE = range(1, 10)
WELCOME, OBSERVATIONS, STEPPED, PICTURE, ACTIONS, STATE = range(129, 135)
ERROR = 255

MAX_HELLO = 64 << 10
MAX_TEXT = 1 << 20  # WELCOME and ERROR
MAX_OBSERVATION = 64 << 20
MAX_MESSAGE = 1 << 30
HELLO_SECONDS = 10

HEADER = struct.Struct("<II")  # length of the body, type


class Failure(Exception):
    """What becomes an ERROR: ``kind`` is one of the protocol's, ``lane`` the one to blame, if one is."""

    def __init__(self, kind, text, lane=None):
        super().__init__(text)
        self.kind = kind
        self.lane = lane

    def message(self):
        """Returns the ERROR's body."""
        about = {"error": str(self)[:10_000], "kind": self.kind}
        if self.lane is not None:
            about["lane"] = self.lane
        return json.dumps(about).encode()


class Closed(Exception):
    """The other side has gone."""


class Channel:
    """Messages over a connected socket. ``Closed`` is raised when the other side goes away."""

    def __init__(self, sock):
        self._sock = sock
        self._header = bytearray(HEADER.size)

    def receive_header(self, seconds=None):
        """Returns (length, type). With ``seconds``, raises Failure if the header has not come by then."""
        self._fill(memoryview(self._header), seconds)
        return HEADER.unpack(self._header)

    def receive(self, length, seconds=None):
        """Returns a body of ``length`` bytes."""
        body = bytearray(length)
        self._fill(memoryview(body), seconds)
        return body

    def receive_into(self, memory):
        """Fills a writable buffer, an array of numpy for example."""
        self._fill(memoryview(memory).cast("B"))

    def send(self, kind, *parts, descriptor=None):
        """Sends a message whose body is ``parts``, bytes or arrays, one after the other."""
        parts = [view.cast("B") for view in map(memoryview, parts) if view.nbytes]
        parts.insert(0, memoryview(HEADER.pack(sum(map(len, parts)), kind)))
        try:
            if descriptor is not None:
                socket.send_fds(self._sock, [parts[0][:1]], [descriptor])
                parts[0] = parts[0][1:]
            while parts:
                sent = self._sock.sendmsg(parts[:16])
                while parts and sent >= len(parts[0]):
                    sent -= len(parts.pop(0))
                if sent:
                    parts[0] = parts[0][sent:]
        except OSError as error:
            raise Closed from error

    def _fill(self, view, seconds=None):
        end = None if seconds is None else time.monotonic() + seconds
        try:
            while view:
                if end is not None:
                    self._sock.settimeout(max(0.001, end - time.monotonic()))
                got = self._sock.recv_into(view)
                if got == 0:
                    raise Closed
                view = view[got:]
        except TimeoutError as error:
            raise Failure("protocol", f"no HELLO within {HELLO_SECONDS} seconds") from error
        except OSError as error:
            raise Closed from error
        finally:
            if end is not None:
                self._sock.settimeout(None)


def parse_hello(body):
    """Returns the members of a HELLO that this version knows, checked, with defaults for absent ones."""
    try:
        hello = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Failure("protocol", f"HELLO is not JSON: {error}") from error
    if not isinstance(hello, dict):
        raise Failure("protocol", "HELLO is not a JSON object")
    if hello.get("protocol") != VERSION:
        raise Failure("refused", f"protocol {hello.get('protocol')!r}: this server speaks {VERSION}")
    wanted = {"lanes": (int, 0), "memory": (bool, False), "token": (str, ""), "options": (dict, {})}
    for name, (kind, default) in wanted.items():
        value = hello.setdefault(name, default)
        if type(value) is not kind:
            raise Failure("protocol", f"HELLO's {name} is {value!r}, not of type {kind.__name__}")
    if hello["lanes"] < 0:
        raise Failure("protocol", f"HELLO's lanes are {hello['lanes']}; at least 0")
    return hello
