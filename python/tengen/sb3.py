"""Environments of Tengen for Stable-Baselines3, at the speed of batches: no lane passes through Python by itself."""

import numpy as np
from gymnasium import spaces
from stable_baselines3.common.vec_env import VecEnv as _VecEnv

from tengen import _native
from tengen.spaces import action_space, observation_space, start_seed


class VecEnv(_VecEnv):
    """``n_envs`` lanes of the environment ``name``: ``PPO("MlpPolicy", tengen.sb3.VecEnv("CartPole-v1", 8))``.

    ``threads``, ``max_episode_steps`` and ``options`` are as for ``tengen.VectorEnv``. Pictures of one channel have the
    shape (1, rows, columns), as CnnPolicy and ``VecFrameStack(…, channels_order="first")`` want them. ``infos`` of lanes
    whose episode ended have ``"terminal_observation"``, ``"TimeLimit.truncated"`` and ``"score"``. Masks of actions come
    from ``env_method("action_masks")``, as sb3-contrib's MaskablePPO asks for them.
    """

    def __init__(self, name, n_envs=1, *, threads=1, max_episode_steps=None, render_mode=None, **options):
        if render_mode not in (None, "rgb_array"):
            raise ValueError(f"render_mode={render_mode!r}: there is 'rgb_array', and None for no pictures")
        mode = _native.Autoreset.SAME_STEP
        self._lanes = _native.Lanes(name, n_envs, threads, mode, max_episode_steps, False, options)
        self.description = self._lanes.spec
        self.render_mode = render_mode
        observations, actions = observation_space(self.description), action_space(self.description)
        self._shape = observations.shape
        if observations.dtype == np.uint8 and len(self._shape) == 2:
            self._shape = (1, *self._shape)
            observations = spaces.Box(*(end.reshape(self._shape) for end in (observations.low, observations.high)),
                                      dtype=np.uint8)
        self._mask = None
        self._seeded = False
        super().__init__(n_envs, observations, actions)

    def reset(self):
        """Starts every lane anew, with the seeds that ``seed()`` has set, and returns observations."""
        seeds = [None if seed is None else start_seed(seed) for seed in self._seeds]
        if not self._seeded:
            fresh = np.random.SeedSequence().generate_state(self.num_envs, np.uint64)
            seeds = [int(fresh[i]) if seed is None else seed for i, seed in enumerate(seeds)]
        self._seeded = True
        self._reset_seeds()
        self._reset_options()
        observation, _, self._mask = self._lanes.restart(list(enumerate(seeds)))
        self.reset_infos = [{} for _ in range(self.num_envs)]
        return self._shaped(observation)

    def step_async(self, actions):
        """Keeps the actions; ``step_wait`` takes the step."""
        self._actions = actions

    def step_wait(self):
        """Returns observations, rewards, dones and infos."""
        observation, reward, terminated, truncated, _, self._mask, ended = self._lanes.step(self._actions)
        dones = terminated | truncated
        infos = [{"TimeLimit.truncated": False} for _ in range(self.num_envs)]
        if ended:
            final = self._shaped(self._lanes.final_observation)
            for i in np.flatnonzero(dones):
                infos[i]["terminal_observation"] = final[i].copy()
                infos[i]["TimeLimit.truncated"] = bool(truncated[i])
                infos[i]["score"] = float(self._lanes.final_score[i])
        return self._shaped(observation), reward, dones, infos

    def action_masks(self):
        """Returns the masks of the next actions, (n_envs, n) booleans; all True where every action is always legal."""
        if self._mask is None:
            return np.ones((self.num_envs, self.action_space.n), np.bool_)
        return self._mask.astype(np.bool_)

    def get_images(self):
        """Returns a picture of each lane, if ``render_mode`` is "rgb_array"."""
        return [self._lanes.draw(i) if self.render_mode else None for i in range(self.num_envs)]

    def close(self):
        """There is nothing to close."""

    def get_attr(self, attr_name, indices=None):
        """Returns an attribute of this object for each of the lanes: they are all alike."""
        return [getattr(self, attr_name)] * len(list(self._get_indices(indices)))

    def set_attr(self, attr_name, value, indices=None):
        """Lanes are no objects of Python, so they have no attributes of their own."""
        raise AttributeError(f"cannot set {attr_name}: lanes of {self.description['name']} have no attributes to set")

    def env_method(self, method_name, *method_args, indices=None, **method_kwargs):
        """Answers for ``action_masks`` alone."""
        if method_name != "action_masks":
            raise AttributeError(f"lanes of {self.description['name']} have no method {method_name}, only action_masks")
        masks = self.action_masks()
        return [masks[i] for i in self._get_indices(indices)]

    def env_is_wrapped(self, wrapper_class, indices=None):
        """No lane is wrapped."""
        return [False] * len(list(self._get_indices(indices)))

    def _shaped(self, observation):
        return observation.reshape(self.num_envs, *self._shape)
