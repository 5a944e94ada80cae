"""A client of the protocol of remote environments for the tests: docs/protocol.md and Python's standard library."""

import json
import mmap
import os
import re
import signal
import socket
import struct
import subprocess
import sys

import numpy as np

HELLO, RESET, STEP, OBSERVE, DRAW, ORACLE, SAVE, LOAD, CLOSE = range(1, 10)
WELCOME, OBSERVATIONS, STEPPED, PICTURE = range(129, 133)
ERROR = 255
FLAGS = ("terminated", "truncated", "game_ended")


class Refused(Exception):
    """An ERROR; ``about`` is its body."""

    def __init__(self, about):
        super().__init__(about["error"])
        self.about = about


class Connection:
    """A socket that speaks in messages."""

    def __init__(self, address):
        if address.startswith("unix:"):
            self.sock = socket.socket(socket.AF_UNIX)
            self.sock.connect(address[5:])
        else:
            host, port = address[4:].rsplit(":", 1)
            self.sock = socket.create_connection((host.strip("[]"), int(port)))
        self.sock.settimeout(60)
        self.descriptor = None

    def send(self, kind, body=b""):
        self.sock.sendall(struct.pack("<II", len(body), kind) + bytes(body))

    def receive(self):
        """Returns (type, body); raises EOFError when the server has closed the connection."""
        data, descriptors, _, _ = socket.recv_fds(self.sock, 8, 1)
        if descriptors:
            self.descriptor = descriptors[0]
        length, kind = struct.unpack("<II", data + self._take(8 - len(data)) if data else self._take(8))
        return kind, self._take(length)

    def ask(self, kind, body=b""):
        self.send(kind, body)
        kind, body = self.receive()
        if kind == ERROR:
            raise Refused(json.loads(body))
        return body

    def close(self):
        self.sock.close()
        if self.descriptor is not None:
            os.close(self.descriptor)
            self.descriptor = None

    def _take(self, length):
        data = bytearray()
        while len(data) < length:
            got = self.sock.recv(length - len(data))
            if not got:
                raise EOFError
            data += got
        return data


class Client(Connection):
    """An environment at an address. Arrays of the last answer are attributes: observation, reward, legal …"""

    def __init__(self, address, lanes=0, memory=False, **hello):
        super().__init__(address)
        hello = {"protocol": 1, "lanes": lanes, "memory": memory, **hello}
        self.welcome = json.loads(self.ask(HELLO, json.dumps(hello).encode()))
        self.env, self.lanes = self.welcome["env"], self.welcome["lanes"]
        space = self.env["observation"]
        self.row = (np.dtype(space["dtype"]), tuple(space["shape"]))
        self.n = self.env["action"].get("n")
        self.memory = None
        if "memory" in self.welcome:
            self.memory = mmap.mmap(self.descriptor, self.welcome["memory"]["size"])

    def reset(self, seed):
        self._observations(self.ask(RESET, struct.pack("<Q", seed)))
        return self.observation

    def observe(self):
        self._observations(self.ask(OBSERVE))
        return self.observation

    def step(self, actions):
        actions = np.ascontiguousarray(actions, np.int32 if self.n else np.float32)
        if self.memory:
            offset = self.welcome["memory"]["action"]
            self.memory[offset : offset + actions.nbytes] = actions.tobytes()
            assert not self.ask(STEP)
            self._take_memory()
            return
        body = Reader(self.ask(STEP, actions.tobytes()))
        self.reward, self.scored = body.take("float32", self.lanes), body.take("float32", self.lanes)
        for name in FLAGS:
            setattr(self, name, body.take("uint8", self.lanes).astype(bool))
        self._take_observations(body)
        self.ended = self.terminated | self.truncated
        self.final_observation = body.take(self.row[0], self.ended.sum(), *self.row[1])
        if self.env["masked"]:
            self.final_legal = body.take("uint8", self.truncated.sum(), self.n)
        assert body.done()

    def draw(self, lane):
        body = self.ask(DRAW, struct.pack("<I", lane))
        width, height = struct.unpack_from("<II", body)
        return np.frombuffer(body, np.uint8, offset=8).reshape(height, width, 3)

    def _observations(self, body):
        if self.memory:
            assert not body
            self._take_memory()
        else:
            reader = Reader(body)
            self._take_observations(reader)
            assert reader.done()

    def _take_observations(self, body):
        self.observation = body.take(self.row[0], self.lanes, *self.row[1])
        if self.env["masked"]:
            self.legal = body.take("uint8", self.lanes, self.n)

    def _take_memory(self):
        def section(name, dtype, *shape):
            return np.ndarray(shape, dtype, self.memory, self.welcome["memory"][name])

        self.reward, self.scored = (section(name, "float32", self.lanes).copy() for name in ("reward", "scored"))
        for name in FLAGS:
            setattr(self, name, section(name, "uint8", self.lanes).astype(bool))
        self.ended = self.terminated | self.truncated
        self.observation = section("observation", self.row[0], self.lanes, *self.row[1])
        self.final_observation = section("final_observation", self.row[0], self.lanes, *self.row[1])[self.ended]
        if self.env["masked"]:
            self.legal = section("legal", "uint8", self.lanes, self.n)
            self.final_legal = section("final_legal", "uint8", self.lanes, self.n)[self.truncated]


class Reader:
    """Takes arrays from the beginning of bytes."""

    def __init__(self, body):
        self._body, self._at = body, 0

    def take(self, dtype, *shape):
        count = int(np.prod(shape))
        values = np.frombuffer(self._body, dtype, count, self._at).reshape(shape) if count else np.zeros(shape, dtype)
        self._at += values.nbytes
        return values

    def done(self):
        return self._at == len(self._body)


class Served:
    """A server in a process of its own, for a with statement; ``address`` is where it listens."""

    def __init__(self, *arguments, environment=None):
        self._arguments = [sys.executable, "-m", "tengen.serve", *map(str, arguments)]
        self._environment = {**os.environ, **(environment or {})}

    def __enter__(self):
        self.process = subprocess.Popen(self._arguments, env=self._environment, text=True, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, start_new_session=True)
        line = self.process.stdout.readline()
        found = re.fullmatch(r"serving \S+ on (\S+)\n", line)
        assert found, self.process.stderr.read()
        self.address = found[1]
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self, number=signal.SIGINT):
        """Ends it as Ctrl-C does; returns the exit code."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, number)
        self.errors = self.process.communicate(timeout=20)[1]
        return self.process.returncode
