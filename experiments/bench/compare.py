#!/usr/bin/env python3
"""Tengen against its peers, alternately in one run on one machine; prints the table of docs/benchmarks.md.

    experiments/bench/compare.py --peers DIR --python DIR/venv/bin/python

DIR holds the peers' scripts (docs/benchmarks.md says what each must print); PYTHON is an interpreter
that has the peers. Every round runs ours, then the peer's, so that both meet the same conditions; the
ratio of a row is the median over rounds of ours / peer's. Without --peers only ours are measured.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass
class Row:
    """One line of the table: our measurement, the peer's, and the ratios that were promised."""

    title: str
    ours: str  # `tengen bench` subject
    what: str  # the "what" it prints
    peer: str  # script, as a path inside --peers
    case: str  # its --only
    floor: float
    aim: float
    options: tuple = ()  # more of the script's options
    prints: str = ""  # a word in the "what" of the line that counts, if it prints several


ROWS = [
    Row("Pong, 84×84 pipeline, 64 lanes", "envs", "Pong-v1/64 lanes",
        "env_ale.py", "pong vec sync n=64", 25, 60),
    Row("CartPole, 64 lanes", "envs", "CartPole-v1/64 lanes",
        "env_classic.py", "CartPole-v1 vector_entry_point n=64", 5, 20),
    Row("CartPole, 1,024 lanes", "envs", "CartPole-v1/1024 lanes",
        "env_classic.py", "CartPole-v1 vector_entry_point n=1024", 2, 4),
    Row("DQN update, Nature CNN, batch 32, float32", "updates", "dqn/nature/32/float32",
        "learner_dqn_update.py", "SB3 DQN.train b32", 1.7, 3.2),
    Row("DQN update, Nature CNN, batch 32, bfloat16", "updates", "dqn/nature/32/bfloat16",
        "learner_dqn_update.py", "SB3 DQN.train b32", 1.7, 3.2),
    Row("DQN on Pong end to end, float32", "updates", "dqn/pong/end to end/float32",
        "learner_sb3_atari.py", "dqn", 1.7, 3.2),
    Row("DQN on Pong end to end, bfloat16", "updates", "dqn/pong/end to end/bfloat16",
        "learner_sb3_atari.py", "dqn", 1.7, 3.2),
    Row("PPO on Pong end to end, 8 lanes, float32", "updates", "ppo/pong/end to end/float32",
        "learner_sb3_atari.py", "ppo", 2, 4),
    Row("PPO on Pong end to end, 8 lanes, bfloat16", "updates", "ppo/pong/end to end/bfloat16",
        "learner_sb3_atari.py", "ppo", 2, 4),
    Row("A2C on Pong end to end, 8 lanes, float32", "updates", "a2c/pong/end to end/float32",
        "learner_sb3_atari.py", "a2c", 2.5, 4),
    Row("A2C on Pong end to end, 8 lanes, bfloat16", "updates", "a2c/pong/end to end/bfloat16",
        "learner_sb3_atari.py", "a2c", 2.5, 4),
    Row("SAC on Pendulum, 10,000 steps, MLP 64-64, batch 100", "updates", "sac/pendulum/10k",
        "learner_rltools.py", "cpp-env", 0.33, 1, ("--blas",), "throughput"),
    Row("replay, prioritised sample(32) and update, 84×84×4, 10⁵", "replay", "replay/prioritised/32",
        "replay_cpprb.py", "cpprb PER atari obs (84,84,4) u8 cap=100000 sample(32)+update_priorities", 3, 10),
]


def figures(command, env=None):
    """The JSON lines that a command prints."""
    print("$", " ".join(map(str, command)), file=sys.stderr, flush=True)
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=env, check=True)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def only(lines, what, command):
    if len(lines) != 1:
        sys.exit(f"error: {command} printed {len(lines)} figures for {what!r}, not one")
    return lines[0]


def run_ours(args, row):
    command = [args.program, "bench", row.ours, "--only", row.what, "--threads", "1", "--json",
               "--seconds", str(args.seconds), "--repetitions", "1"]
    lines = [line for line in figures(command) if line["what"] == row.what]
    return only(lines, row.what, command[0])


def run_peer(args, row):
    script = args.peers / row.peer
    command = [args.python, script, "--only", row.case, "--threads", "1", "--repeats", "1",
               "--seconds", str(args.seconds), *row.options]
    env = dict(os.environ, CUDA_VISIBLE_DEVICES="")
    lines = [line for line in figures(command, env) if row.prints in line["what"]]
    return only(lines, row.case, script)


def measure(args, row):
    ours, peers = [], []
    for _ in range(args.rounds):
        ours.append(run_ours(args, row))
        if args.peers:
            peers.append(run_peer(args, row))
    return ours, peers


def number(value):
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def table_line(row, ours, peers):
    value = statistics.median(line["value"] for line in ours)
    unit = ours[0]["unit"]
    if not peers:
        return f"| {row.title} | {number(value)} {unit} | | | {row.floor:g}× | {row.aim:g}× |"
    ratios = [a["value"] / b["value"] for a, b in zip(ours, peers)]
    peer = statistics.median(line["value"] for line in peers)
    name = f"{peers[0]['peer']} {peers[0]['version']}"
    return (f"| {row.title} | {number(value)} {unit} | {number(peer)} ({name}) "
            f"| **{statistics.median(ratios):.3g}×** ({min(ratios):.3g}–{max(ratios):.3g}) "
            f"| {row.floor:g}× | {row.aim:g}× |")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", type=Path, default=ROOT / "build/release/tengen")
    parser.add_argument("--peers", type=Path, help="folder of the peers' scripts")
    parser.add_argument("--python", default=sys.executable, help="an interpreter that has the peers")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2.0, help="length of one measurement")
    parser.add_argument("--only", default="", help="only the rows whose title contains this")
    parser.add_argument("--raw", type=Path, help="append every figure to this file as JSON lines")
    return parser.parse_args()


def main():
    args = arguments()
    print("| one thread | Tengen | peer | ratio | floor | aim |\n|---|---|---|---|---|---|")
    for row in ROWS:
        if args.only not in row.title:
            continue
        ours, peers = measure(args, row)
        print(table_line(row, ours, peers), flush=True)
        if args.raw:
            with args.raw.open("a", encoding="utf-8") as file:
                file.writelines(json.dumps(line) + "\n" for line in ours + peers)


if __name__ == "__main__":
    main()
