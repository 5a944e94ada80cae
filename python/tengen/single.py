"""One environment of Tengen as a gymnasium.Env."""

import gymnasium
import numpy as np

from tengen import _native
from tengen.spaces import action_space, observation_space, start_seed


class Env(gymnasium.Env):
    """One lane of the environment ``name``; ``gymnasium.make("tengen/NAME", **options)`` makes it.

    ``time_limit`` replaces the environment's own clock: truncation after so many steps, 0 for none. (Gymnasium's own
    ``max_episode_steps`` is a wrapper around this, which can only shorten episodes.) ``options`` are the environment's;
    unknown ones raise ``tengen.UsageError``, a ValueError.

    Observations and masks are arrays that nobody overwrites. ``info`` has ``"score"``, the sum of rewards of the whole
    game without parts that only help training, and ``"action_mask"`` (int8, 1 = legal) where some actions are illegal
    at times. Box actions are clipped to their bounds.
    """

    metadata = {"render_modes": ["rgb_array"], "render_fps": 15}

    def __init__(self, name, *, render_mode=None, time_limit=None, **options):
        if render_mode not in (None, "rgb_array"):
            raise ValueError(f"render_mode={render_mode!r}: there is 'rgb_array', and None for no pictures")
        self._lanes = _native.Lanes(name, 1, 1, _native.Autoreset.DISABLED, time_limit, True, options)
        self.description = self._lanes.spec
        self.observation_space = observation_space(self.description)
        self.action_space = action_space(self.description)
        self.render_mode = render_mode
        self.metadata = {**self.metadata, "render_fps": self.description["steps_per_second"]}
        self._seeded = False
        self._mask = None

    def reset(self, *, seed=None, options=None):
        """Starts an episode. With a seed it is that of lane i of a vector environment that got seed - i.

        Without one the random stream goes on; the first time it begins anywhere.
        """
        if seed is not None:
            start = start_seed(seed)
        else:
            start = None if self._seeded else int(self.np_random.integers(2**63))
        super().reset(seed=seed)
        self._seeded = True
        observation, score, self._mask = self._lanes.restart([(0, start)])
        return observation, self._info(score)

    def step(self, action):
        """Raises ``tengen.UsageError`` for an action that does not exist, and ``tengen.Error`` after an episode's end."""
        observation, reward, terminated, truncated, score, self._mask, _ = self._lanes.step(action)
        return observation, float(reward[0]), bool(terminated[0]), bool(truncated[0]), self._info(score)

    def render(self):
        """Returns a picture, (height, width, 3) bytes of RGB, or None if there is no render_mode."""
        return self._lanes.draw(0) if self.render_mode == "rgb_array" else None

    def action_masks(self):
        """Returns the mask of the next action as booleans, for sb3-contrib. Call it after a reset."""
        return np.ones(self.action_space.n, np.bool_) if self._mask is None else self._mask.astype(np.bool_)

    def oracle(self):
        """Returns the action of a scripted expert who sees the whole state, or None if there is none."""
        actions = self._lanes.oracle()
        return None if actions is None else int(actions[0])

    def _info(self, score):
        info = {"score": float(score[0])}
        if self._mask is not None:
            info["action_mask"] = self._mask
        return info
