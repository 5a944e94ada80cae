#!/usr/bin/env python3
"""Plays random actions in an environment that a server of docs/protocol.md has, and prints the mean score.

    tengen serve Catch-v0 --listen unix:/tmp/catch &
    python3 remote_client.py unix:/tmp/catch 100
"""
import array
import json
import os
import random
import socket
import struct
import sys

HELLO, RESET, STEP, CLOSE, ERROR = 1, 2, 3, 9, 255


def connect(address):
    kind, _, rest = address.partition(":")
    if kind == "unix":
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(rest)
        return connection
    host, _, port = rest.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)))


def ask(stream, kind, body=b""):
    """Sends a request, and returns the body of its answer."""
    stream.write(struct.pack("<II", len(body), kind) + body)
    stream.flush()
    length, kind = struct.unpack("<II", stream.read(8))
    answer = stream.read(length)
    if kind == ERROR:
        sys.exit(json.loads(answer)["error"])
    return answer


def main(address, episodes="100", lanes=8):
    stream = connect(address).makefile("rwb")
    hello = {"protocol": 1, "client": "remote_client.py", "lanes": lanes, "token": os.environ.get("TENGEN_TOKEN", "")}
    action = json.loads(ask(stream, HELLO, json.dumps(hello).encode()))["env"]["action"]
    if "n" not in action:
        sys.exit("this example plays environments with a number of choices only")
    ask(stream, RESET, struct.pack("<Q", random.randrange(2**64)))
    scores, running = [], [0.0] * lanes
    while len(scores) < int(episodes):
        actions = array.array("i", (random.randrange(action["n"]) for _ in range(lanes)))
        step = ask(stream, STEP, actions.tobytes())
        scored = struct.unpack_from(f"<{lanes}f", step, 4 * lanes)
        game_ended = step[10 * lanes:11 * lanes]
        for lane in range(lanes):
            running[lane] += scored[lane]
            if game_ended[lane]:
                scores.append(running[lane])
                running[lane] = 0.0
    print(f"mean score {sum(scores) / len(scores):.3f} over {len(scores)} games")


main(*sys.argv[1:])
