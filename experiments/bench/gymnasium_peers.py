#!/usr/bin/env python3
"""Compares environments as Gymnasium's users meet them, ours with their peers, by steps of all lanes together per second.

    experiments/bench/gymnasium_peers.py [--seconds S] [--lanes N] [--threads T] [--cpu]

Pong, 84 × 84, against the Arcade Learning Environment's vector environment; CartPole against Gymnasium's own vectorised
one; and ALE's Pong through `python -m tengen.serve` against the same without a server. It needs the package `tengen`
and ale-py. Every figure is the best of three, since other programs can only slow a run down; actions are drawn before. On a machine
that is shared with much else, --cpu counts processor time of all threads instead of time, and leaves the server out.
"""
import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

import ale_py
import gymnasium
import numpy as np
import tengen  # noqa: F401, it registers ours
from gymnasium.vector import AutoresetMode


sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests/python"))
from client import Client, Served  # noqa: E402

gymnasium.register_envs(ale_py)
clock = time.perf_counter
ALE = {"autoreset_mode": AutoresetMode.SAME_STEP, "stack_num": 1, "reward_clipping": False}


def speed(step, actions, seconds):
    """Steps of all lanes per second."""
    for chosen in actions[:4]:
        step(chosen)
    steps, begin = 0, clock()
    while clock() - begin < seconds:
        for chosen in actions[:8]:
            step(chosen)
        steps += sum(map(len, actions[:8]))
    return steps / (clock() - begin)


def best(make, lanes, choices, seconds):
    """The best of three speeds of what make() resets and returns: an object with step()."""
    rng = np.random.default_rng(0)
    actions = [rng.integers(0, choices, lanes) for _ in range(32)]
    return max(speed(make().step, actions, seconds) for _ in range(3))


def gym(name, lanes, **options):
    def make():
        envs = gymnasium.make_vec(name, num_envs=lanes, **options)
        envs.reset(seed=0)
        return envs

    return make


def served(address, lanes, memory):
    def make():
        client = Client(address, lanes=lanes, memory=memory)
        client.reset(0)
        return client

    return make


def report(title, ours, theirs):
    print(f"{title:<58} {ours:>12,.0f} {theirs:>12,.0f} {ours / theirs:>8.2f}", flush=True)


def main():
    global clock
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("--seconds", type=float, default=2)
    parse.add_argument("--lanes", type=int, default=64)
    parse.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parse.add_argument("--cpu", action="store_true")
    given = parse.parse_args()
    if given.cpu:
        clock = time.process_time
    lanes, seconds, threads = given.lanes, given.seconds, given.threads
    print(f"{lanes} lanes, {threads} threads, load {os.getloadavg()[0]:.1f}; steps per second{' of processor time' * given.cpu}")
    print(f"{'':<58} {'ours':>12} {'theirs':>12} {'ratio':>8}")

    options = {"threads": threads, "autoreset_mode": AutoresetMode.SAME_STEP}
    theirs = best(gym("ALE/Pong-v5", lanes, num_threads=threads, **ALE), lanes, 6, seconds)
    report("Pong 84 × 84, against AtariVectorEnv", best(gym("tengen/Pong-v1", lanes, **options), lanes, 6, seconds), theirs)
    for count in (lanes, 1024):
        cart = [best(gym(name, count), count, 2, seconds) for name in ("tengen/CartPole-v1", "CartPole-v1")]
        report(f"CartPole, {count} lanes, 1 thread, against CartPoleVectorEnv", *cart)
    if given.cpu:
        return
    with tempfile.TemporaryDirectory() as folder:
        with Served("ALE/Pong-v5", "--listen", f"unix:{folder}/s", "--workers", threads) as server:
            for count in sorted({8, lanes}):
                theirs = best(gym("ALE/Pong-v5", count, num_threads=threads, **ALE), count, 6, seconds)
                for memory, way in ((True, "shared memory"), (False, "messages")):
                    ours = best(served(server.address, count, memory), count, 6, seconds)
                    report(f"served ALE Pong, {count} lanes, {way}, against none", ours, theirs)


if __name__ == "__main__":
    main()
