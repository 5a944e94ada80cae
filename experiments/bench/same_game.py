#!/usr/bin/env python3
"""Plays our arcade games and the originals side by side, with the same keys, and says where they part.

    experiments/bench/same_game.py Pong [--frames 20000] [--seed 1]

Both sides are played one frame at a time, without sticky keys. What is compared comes from the two screens alone: the
boxes of the moving things, by their colours, and the rewards. The keys follow the ball with errors, so that all parts
of the bats are tried. When the games have parted, that is counted and shown, and both begin anew. It needs the
modules tengen, ale_py and gymnasium (docs/python.md); no part of the build does.
"""
import argparse
from collections import Counter

import numpy as np

# For each game: what moves, as (name, colour, first row, last row + 1, first column, last column + 1, rows by which
# it may differ and still be the same); the name of the ball and of the bat that follows it, and the axis on which it does.
GAMES = {
    "Pong": {
        "id": "tengen/Pong-v1",
        "things": [
            ("ball", (236, 236, 236), 34, 194, 0, 160, 1),
            ("player", (92, 186, 92), 34, 194, 0, 160, 0),
            ("enemy", (213, 130, 74), 34, 194, 0, 160, 0),
        ],
        "follow": ("ball", "player", 1, 3, 2),  # RIGHT turns the bat up
        "fire": (1, 4, 5),
    },
    "Breakout": {
        "id": "tengen/Breakout-v1",
        "things": [("ball", (200, 72, 72), 93, 189, 8, 152, 0), ("bat", (200, 72, 72), 189, 193, 8, 152, 0)],
        "follow": ("ball", "bat", 0, 2, 3),
        "fire": (1, 2, 3),
    },
    "Freeway": {  # the chicken by its head; its shape is our own
        "id": "tengen/Freeway-v1",
        "things": [("chicken", (252, 252, 84), 15, 196, 48, 52, 2)]
        + [
            (f"car {lane}", colour, 28 + 16 * lane, 36 + 16 * lane, 8, 160, 2)
            for lane, colour in enumerate([(167, 26, 26), (180, 231, 117), (105, 105, 15), (228, 111, 111), (24, 26, 167),
                                           (162, 98, 33), (84, 92, 214), (184, 50, 50), (135, 183, 84), (210, 210, 64)])
        ],
        "follow": None,
        "fire": (0, 1, 2),
    },
}


def box(screen, thing):
    """(x, y, width, height) of what has the thing's colour in its part of the screen; None if nothing has."""
    _, colour, top, bottom, left, right, _ = thing
    there = (screen[top:bottom, left:right] == np.array(colour, np.uint8)).all(2)
    rows, columns = np.flatnonzero(there.any(1)), np.flatnonzero(there.any(0))
    if rows.size == 0:
        return None
    x, y = left + int(columns[0]), top + int(rows[0])
    return (x, y, left + int(columns[-1]) + 1 - x, top + int(rows[-1]) + 1 - y)


def same(ours, theirs, slack):
    """Whether two boxes are the same, but for `slack` rows."""
    if ours is None or theirs is None:
        return ours is theirs or (slack > 0 and (ours or theirs)[3] <= slack)
    return (ours[0] == theirs[0] and abs(ours[1] - theirs[1]) <= slack
            and abs(ours[1] + ours[3] - theirs[1] - theirs[3]) <= slack)


class Keys:
    """A player that follows the ball, with an error that it draws anew now and then, and holds keys for a while."""

    def __init__(self, game, rng):
        self.game, self.rng, self.error, self.key, self.hold = game, rng, 0.0, 0, 0

    def next(self, boxes):
        if self.rng.random() < 0.02:
            self.error = self.rng.uniform(-12, 12)
        self.hold -= 1
        if self.hold > 0:
            return self.key
        self.hold = int(self.rng.integers(1, 5))
        follow = self.game["follow"]
        if follow is None or boxes[follow[0]] is None or boxes[follow[1]] is None or self.rng.random() < 0.05:
            self.key = int(self.rng.choice(self.game["fire"]))
            return self.key
        ball, bat, axis, more, less = boxes[follow[0]], boxes[follow[1]], *follow[2:]
        distance = ball[axis] + ball[axis + 2] / 2 - bat[axis] - bat[axis + 2] / 2 + self.error
        self.key = 0 if abs(distance) < 3 else more if distance > 0 else less
        if len(self.game["fire"]) == 3 and self.game["fire"][1] == 4 and self.rng.random() < 0.4:
            self.key = {0: 1, 2: 4, 3: 5}[self.key]
        return self.key


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("game", choices=sorted(GAMES))
    parser.add_argument("--frames", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    import ale_py
    import gymnasium
    import tengen  # noqa: F401: it registers its environments

    gymnasium.register_envs(ale_py)
    game = GAMES[arguments.game]
    theirs = gymnasium.make(f"ALE/{arguments.game}-v5", frameskip=1, repeat_action_probability=0.0, obs_type="rgb")
    ours = gymnasium.make(game["id"], frame_skip=1, noop_max=0, fire_reset=False, render_mode="rgb_array")
    keys = Keys(game, np.random.default_rng(arguments.seed))
    agreed, parted, games, since = Counter(), [], 0, None
    for frame in range(arguments.frames):
        if since is None:
            theirs.reset(seed=arguments.seed)
            ours.reset(seed=arguments.seed)
            since, boxes, games = frame, {thing[0]: None for thing in game["things"]}, games + 1
        key = keys.next(boxes)
        screen, reward, over, cut, _ = theirs.step(key)
        _, our_reward, our_over, our_cut, _ = ours.step(key)
        picture = ours.render()
        boxes = {thing[0]: box(screen, thing) for thing in game["things"]}
        wrong = []
        for thing in game["things"]:
            if same(box(picture, thing), boxes[thing[0]], thing[6]):
                agreed[thing[0]] += 1
            else:
                wrong.append(f"{thing[0]} {box(picture, thing)}, theirs {boxes[thing[0]]}")
        if reward == our_reward and over == our_over:
            agreed["rewards and ends"] += 1
        else:
            wrong.append(f"reward {our_reward}, over {our_over}; theirs {reward}, {over}")
        settled = frame - since > 60  # things appear a frame sooner or later when a game begins
        if wrong and settled:
            parted.append(frame - since)
            print(f"game {games} parted after {frame - since} frames: " + "; ".join(wrong))
        if over or cut or our_over or our_cut or (wrong and settled):
            since = None
    print(f"{arguments.game}: {arguments.frames} frames, {games} games, of which {len(parted)} parted")
    for name, count in agreed.items():
        print(f"  {name}: the same in {count} frames")


if __name__ == "__main__":
    main()
