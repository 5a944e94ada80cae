#!/usr/bin/env python3
"""Lets the servers of running trainings die, stall, hang up and talk nonsense, and expects every training to finish.

    tests/experiments/remote/faults.py TENGEN [FAULTS]

One of a training's two servers is reached through a relay, which counts the answers that it passes on and does harm at fixed ones.
"""
import itertools
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

STEPPED = 131
TIMEOUT = 0.5  # of the client, in seconds
STEPS, LANES, EVERY = 3000, 4, 90  # of one training; answers between two faults
PER_RUN = 6


class Server:
    """`tengen serve`, which can be killed and started again."""

    def __init__(self, tengen, path):
        self.command = [tengen, "serve", "Catch-v0", "--threads", "1", "--quiet", "--listen", f"unix:{path}"]
        self.path = path
        self.start()

    def start(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE)
        assert self.process.stdout.readline().startswith(b"serving")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def end(self):
        self.process.terminate()
        assert self.process.wait(10) == 130
        assert not os.path.exists(self.path), "the socket is left"


class Relay:
    """Passes messages on between clients and a server, and does harm."""

    def __init__(self, path, server, faults):
        self.server, self.faults, self.done, self.answers = server, faults, [], 0
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client = self.listener.accept()[0]
            upstream = socket.socket(socket.AF_UNIX)
            try:
                upstream.connect(self.server.path)
            except OSError:
                client.close()
                continue
            threading.Thread(target=self.ask, args=(client, upstream), daemon=True).start()
            threading.Thread(target=self.answer, args=(client, upstream), daemon=True).start()

    @staticmethod
    def hang_up(*sockets):
        for s in sockets:
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def ask(self, client, upstream):
        try:
            while data := client.recv(1 << 16):
                upstream.sendall(data.replace(b'"memory":true', b'"memorx":true'))
        except OSError:
            pass
        self.hang_up(client, upstream)

    def answer(self, client, upstream):
        stream = upstream.makefile("rb")
        try:
            while len(header := stream.read(8)) == 8:
                length, kind = struct.unpack("<II", header)
                message = header + stream.read(length)
                if kind == STEPPED:
                    self.answers += 1
                    if self.answers % EVERY == 0 and len(self.done) < PER_RUN:
                        fault = next(self.faults)
                        self.done.append(fault.__name__)
                        message = fault(self, message)
                client.sendall(message)
        except OSError:
            pass
        self.hang_up(client, upstream)

    def die(self, _):
        self.server.kill()
        self.server.start()
        raise OSError

    def stall(self, message):
        self.server.process.send_signal(signal.SIGSTOP)
        time.sleep(2 * TIMEOUT)
        self.server.process.send_signal(signal.SIGCONT)
        return message

    def cut(self, message):
        return message[:len(message) // 2] if self.answers % 2 else message[:5]

    def hang_up_now(self, _):
        raise OSError

    def wrong_type(self, message):
        return message[:4] + b"\x63" + message[5:]

    def wrong_length(self, message):
        return b"\xff\xff\xff\x3f" + message[4:]

    def wrong_flag(self, message):
        at = 8 + 8 * (LANES // 2)  # terminated of the first of its lanes
        return message[:at] + b"\x07" + message[at + 1:]


FAULTS = [Relay.die, Relay.stall, Relay.cut, Relay.hang_up_now, Relay.wrong_type, Relay.wrong_length, Relay.wrong_flag]


def train(tengen, folder, number, servers, faults):
    relay = Relay(folder / f"relay{number}", servers[1], faults)
    command = [tengen, "train", "catch-dqn", "--out", str(folder / f"run{number}"), "--steps", str(STEPS), "--quiet",
               "--threads", "1", "--seed", str(number)]
    for setting in (f"n_envs={LANES}", "eval_freq=0", "stop_at_reward=inf", f"env.timeout={TIMEOUT}", "env.patience=20",
                    f"env.id=unix:{servers[0].path},unix:{folder}/relay{number}"):
        command += ["--set", setting]
    result = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert result.returncode == 0, f"training {number}, after {relay.done}: {result.stderr}"
    assert (folder / f"run{number}/model.tgn").exists()
    notices = result.stderr.count("connected again, and its 2 lanes begin new episodes")
    assert notices >= len(relay.done), f"{notices} notices of {relay.done}: {result.stderr}"
    return len(relay.done)


def main(tengen, wanted="100"):
    faults, done = itertools.cycle(FAULTS), 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        servers = [Server(tengen, f"{folder}/server{i}") for i in range(2)]
        number = 0
        while done < int(wanted):
            done += train(tengen, folder, number, servers, faults)
            number += 1
            assert done > 0, "no fault was done"
        for server in servers:
            server.end()
    print(f"{done} faults in {number} trainings, and every training finished")


main(*sys.argv[1:])
