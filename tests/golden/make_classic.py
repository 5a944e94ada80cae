#!/usr/bin/env python3
"""Transition tables of Gymnasium's classic-control environments, which tests/envs/classic holds ours to.

    pip install gymnasium==1.4.0 && tests/golden/make_classic.py

writes <environment>.csv beside this file. A row: the state before, the action, the state after, the
observation (float32), the reward, terminated. Numbers are the shortest that read back exactly.
"""
import csv
import itertools
import math
import pathlib

import gymnasium
import numpy

ROWS = 240
PI = math.pi


def uniform(rng, *bounds):
    return [rng.uniform(low, high) for low, high in bounds]


def walk(env, rng, start, length):
    """States along a trajectory under random actions: what play really visits."""
    env.state = numpy.array(start)
    for _ in range(length):
        yield [float(x) for x in env.state]
        action = env.action_space.sample()
        if env.step(action)[2]:
            env.state = numpy.array(start)


# name: id, start of trajectories, box that other states are drawn from, corner values of each component
CASES = {
    "cart_pole": ("CartPole-v1", [0.01, -0.02, 0.03, 0.04],
                  [(-2.4, 2.4), (-4, 4), (-0.2095, 0.2095), (-4, 4)],
                  [(-2.4, 0, 2.4), (-1, 0, 1), (-PI / 15, 0, PI / 15), (-1, 0, 1)]),
    "mountain_car": ("MountainCar-v0", [-0.5, 0], [(-1.2, 0.6), (-0.07, 0.07)],
                     [(-1.2, -1.19, 0, 0.49, 0.5, 0.6), (-0.07, -0.001, 0, 0.001, 0.07)]),
    "acrobot": ("Acrobot-v1", [0.05, -0.05, 0.02, 0.01],
                [(-PI, PI), (-PI, PI), (-4 * PI, 4 * PI), (-9 * PI, 9 * PI)],
                [(-PI, 0, PI), (-PI, 0, PI), (-4 * PI, 0, 4 * PI), (-9 * PI, 0, 9 * PI)]),
    "pendulum": ("Pendulum-v1", [2.0, 0.5], [(-80, 80), (-8, 8)],
                 [(-3 * PI, -PI, -PI / 2, 0, PI / 2, PI, 7), (-8, 0, 8)]),
}


def make(name):
    id_, start, box, corners = CASES[name]
    env = gymnasium.make(id_).unwrapped
    env.reset(seed=0)
    env.action_space.seed(0)
    rng = numpy.random.default_rng(0)
    states = [list(map(float, corner)) for corner in itertools.product(*corners)]
    states += list(walk(env, rng, start, ROWS // 2))
    states += [uniform(rng, *box) for _ in range(ROWS // 2)]
    rows = []
    for state in states:
        action = env.action_space.sample()
        if isinstance(env.action_space, gymnasium.spaces.Box):
            action = (action * rng.choice([1, 1.5])).astype(numpy.float32)  # some beyond the bounds
        env.state = numpy.array(state)
        env.steps_beyond_terminated = None
        seen, reward, terminated, _, _ = env.step(action)
        chosen = float(action[0]) if getattr(action, "shape", ()) else int(action)
        after = [float(x) for x in env.state]
        rows.append([*state, chosen, *after, *map(str, seen), float(reward), int(terminated)])
    path = pathlib.Path(__file__).with_name(name + ".csv")
    with open(path, "w", newline="") as file:
        n = len(states[0])
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*(f"state{i}" for i in range(n)), "action", *(f"next{i}" for i in range(n)),
                         *(f"seen{i}" for i in range(len(seen))), "reward", "terminated"])
        writer.writerows(rows)


if __name__ == "__main__":
    for name in CASES:
        make(name)
