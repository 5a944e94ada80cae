"""Many lanes of an environment of Tengen as a gymnasium.vector.VectorEnv, stepped by one call."""

import gymnasium
import numpy as np
from gymnasium.vector import AutoresetMode
from gymnasium.vector.utils import batch_space

from tengen import _native
from tengen.spaces import action_space, observation_space, start_seed

_MODES = {
    AutoresetMode.NEXT_STEP: _native.Autoreset.NEXT_STEP,
    AutoresetMode.SAME_STEP: _native.Autoreset.SAME_STEP,
    AutoresetMode.DISABLED: _native.Autoreset.DISABLED,
}


class VectorEnv(gymnasium.vector.VectorEnv):
    """``num_envs`` lanes of the environment ``name``; ``gymnasium.make_vec("tengen/NAME", num_envs=64)`` makes it.

    ``max_episode_steps`` replaces the environment's own clock (0: none), ``threads`` step the lanes together, and
    ``options`` are the environment's; unknown ones raise ``tengen.UsageError``, a ValueError. Results do not depend on
    the number of threads. The interpreter's lock is released during a step.

    The environment writes observations, rewards and flags straight into the arrays that ``step`` returns. They are the
    caller's: nothing overwrites them as long as somebody refers to them, and those that nobody refers to any more are
    used again. So nothing is copied and nothing needs to be.

    ``infos`` has ``"score"``, the sum of rewards of the lane's whole game without parts that only help training, and
    ``"action_mask"`` (int8, 1 = legal) where some actions are illegal at times; in mode SAME_STEP also ``"final_obs"``
    and ``"final_info"`` of lanes whose episode ended. Box actions are clipped to their bounds.
    """

    metadata = {"render_modes": ["rgb_array"], "render_fps": 15, "autoreset_mode": AutoresetMode.NEXT_STEP}

    def __init__(
        self,
        name,
        num_envs=1,
        *,
        threads=1,
        autoreset_mode=AutoresetMode.NEXT_STEP,
        max_episode_steps=None,
        render_mode=None,
        **options,
    ):
        if render_mode not in (None, "rgb_array"):
            raise ValueError(f"render_mode={render_mode!r}: there is 'rgb_array', and None for no pictures")
        mode = AutoresetMode(autoreset_mode)
        self._lanes = _native.Lanes(name, num_envs, threads, _MODES[mode], max_episode_steps, False, options)
        self.num_envs = num_envs
        self.description = self._lanes.spec
        self.autoreset_mode = mode
        self.render_mode = render_mode
        self.metadata = {
            **self.metadata,
            "autoreset_mode": mode,
            "render_fps": self.description["steps_per_second"],
        }
        self.single_observation_space = observation_space(self.description)
        self.single_action_space = action_space(self.description)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._all = np.ones(num_envs, np.bool_)
        self._all.flags.writeable = False
        self._same_step = mode is AutoresetMode.SAME_STEP
        self._seeded = np.zeros(num_envs, np.bool_)

    def reset(self, *, seed=None, options=None):
        """Starts every lane anew, or with ``options={"reset_mask": mask}`` those where the mask is True.

        ``seed`` is an integer (lane i gets seed + i) or a list with an integer or None for each lane. A lane without a
        seed goes on with its random stream. Returns observations and infos of all lanes.
        """
        mask = self._reset_mask(options)
        seeds = self._lane_seeds(seed, mask)
        super().reset(seed=seed if isinstance(seed, (int, np.integer)) else None)
        observation, score, legal = self._lanes.restart([(int(i), seeds[i]) for i in np.flatnonzero(mask)])
        self._seeded |= mask
        return observation, self._infos(score, legal)

    def step(self, actions):
        """Steps all lanes. Raises ``tengen.UsageError`` for actions that do not exist.

        In mode DISABLED it raises ``tengen.Error`` if the episode of a lane is over.
        """
        observation, reward, terminated, truncated, score, legal, ended = self._lanes.step(actions)
        infos = self._infos(score, legal)
        if ended and self._same_step:
            self._add_finals(infos, terminated | truncated)
        return observation, reward, terminated, truncated, infos

    def render(self):
        """Returns a tuple with a picture of each lane, (height, width, 3) bytes; None if there is no render_mode."""
        if self.render_mode is None:
            return None
        return tuple(self._lanes.draw(i) for i in range(self.num_envs))

    def oracle(self):
        """Returns the actions of a scripted expert who sees the whole state, or None if there is none."""
        return self._lanes.oracle()

    def _infos(self, score, legal):
        infos = {"score": score, "_score": self._all}
        if legal is not None:
            infos["action_mask"] = legal
            infos["_action_mask"] = self._all
        return infos

    def _add_finals(self, infos, ended):
        observations = np.empty(self.num_envs, object)
        lanes = ended.nonzero()[0]
        for i, row in zip(lanes, self._lanes.final_observation.take(lanes, axis=0)):
            observations[i] = row
        final = {"score": self._lanes.final_score.copy(), "_score": ended}
        if (mask := self._lanes.final_mask) is not None:
            final["action_mask"] = np.where(ended[:, None], mask, 0)
            final["_action_mask"] = ended
        infos.update(final_obs=observations, _final_obs=ended, final_info=final, _final_info=ended)

    def _reset_mask(self, options):
        if not options or "reset_mask" not in options:
            return self._all
        mask = options["reset_mask"]
        if not isinstance(mask, np.ndarray) or mask.dtype != np.bool_ or mask.shape != (self.num_envs,):
            raise ValueError(f"reset_mask is a boolean array of shape ({self.num_envs},), not {mask!r}")
        if not mask.any():
            raise ValueError("reset_mask is False everywhere; at least one lane must be reset")
        return mask

    def _lane_seeds(self, seed, mask):
        if seed is None:
            seeds = [None] * self.num_envs
        elif isinstance(seed, (int, np.integer)):
            seeds = [start_seed(int(seed) + i) for i in range(self.num_envs)]
        elif len(seed) == self.num_envs:
            seeds = [None if s is None else start_seed(s) for s in seed]
        else:
            raise ValueError(f"{len(seed)} seeds for {self.num_envs} lanes")
        for i in np.flatnonzero(mask & ~self._seeded):
            if seeds[i] is None:
                seeds[i] = int(self.np_random.integers(2**63))
        return seeds
