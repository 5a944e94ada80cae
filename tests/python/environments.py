"""Small environments of Gymnasium's for the tests of the server: one for each thing that it must carry."""

import gymnasium
import numpy as np
from gymnasium import spaces


class Counter(gymnasium.Env):
    """Counts its steps and ends by itself after `length`; the observation is count and seed."""

    metadata = {"render_modes": ["rgb_array"], "render_fps": 30}
    observation_space = spaces.Box(0, np.inf, (2,), np.float64)
    action_space = spaces.Discrete(3, start=5)

    def __init__(self, length=4, fail_at=None, render_mode=None):
        self.length, self.fail_at, self.render_mode = length, fail_at, render_mode
        self.count = 0

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.count = 0
        self.noise = self.np_random.random()
        return self.observe(), self.info()

    def step(self, action):
        assert self.action_space.contains(action), action
        self.count += 1
        if self.count == self.fail_at:
            raise KeyError("level 7")
        self.action = action
        return self.observe(), self.reward(action), self.count == self.length, False, self.info()

    def reward(self, action):
        return float(action)

    def observe(self):
        return np.array([self.count, self.noise])

    def info(self):
        return {}

    def render(self):
        return np.full((2, 3, 3), self.count, np.uint8)


class Masked(Counter):
    """Allows only action 0 at even counts, only 1 at odd ones."""

    action_space = spaces.Discrete(2)

    def info(self):
        return {"action_mask": np.array([self.count % 2 == 0, self.count % 2 == 1], np.int8)}


class Parts(Counter):
    """Sees a dictionary of all kinds, and chooses three things together."""

    observation_space = spaces.Dict(
        {
            "count": spaces.Discrete(6),
            "inside": spaces.Tuple((spaces.Box(-1, 2, (2, 2), np.float32), spaces.MultiBinary(3))),
        }
    )
    action_space = spaces.MultiDiscrete([2, 3, 2])

    def observe(self):
        inside = (np.full((2, 2), self.count / 4, np.float32), np.array([1, 0, 1], np.int8))
        return {"count": self.count, "inside": inside}

    def reward(self, action):
        return float(action[0] * 100 + action[1] * 10 + action[2])


class Reals(Counter):
    """Chooses two parts of a vector within bounds, and sees a picture with channels last."""

    observation_space = spaces.Box(0, 255, (6, 5, 3), np.uint8)
    action_space = spaces.Dict({"a": spaces.Box(-1, 1, (2,)), "b": spaces.Box(-5, 5, (1, 1))})

    def observe(self):
        picture = np.zeros((6, 5, 3), np.uint8)
        picture[1, 2] = (self.count, 20, 30)
        return picture

    def reward(self, action):
        return float(action["a"][0] + 10 * action["a"][1] + 100 * action["b"][0, 0])


class Huge(Counter):
    """Has too many choices."""

    action_space = spaces.MultiDiscrete([300, 300])


def doubled(env, factor=2):
    """A wrapper that multiplies rewards."""
    return gymnasium.wrappers.TransformReward(env, lambda reward: factor * reward)


for kind in (Counter, Masked, Parts, Reals, Huge):
    gymnasium.register(f"test/{kind.__name__}-v0", kind, max_episode_steps=3 if kind is Masked else 100)
