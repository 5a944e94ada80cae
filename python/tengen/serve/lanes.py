"""Lanes that this process steps: one environment after the other, or a vector environment."""

import numpy as np

from tengen.serve.making import lane_seed, said
from tengen.serve.protocol import Failure


class SingleLanes:
    """Environments of one lane each, which write rows [first, first + len(envs)) of the sections.

    A lane whose episode ends restarts within the step, and its last observation is kept.
    """

    def __init__(self, envs, first, sections, observations, actions):
        self._envs = envs
        self._first = first
        self._sections = sections
        self._observations = observations
        self._actions = actions

    def reset(self, seed):
        for i, env in enumerate(self._envs):
            lane = self._first + i
            with _blame(lane):
                self._begin(lane, env.reset(seed=lane_seed(seed, lane)))

    def step(self, actions):
        """Takes the actions of all lanes, those of others included."""
        for i, env in enumerate(self._envs):
            lane = self._first + i
            with _blame(lane):
                self._step(lane, env, self._actions.decode(actions[lane]))

    def actions_in(self, body):
        """Returns the actions of all lanes that bytes contain."""
        sections = self._sections
        return np.frombuffer(body, sections.action.dtype).reshape(sections.action.shape)

    def draw(self, lane):
        """Returns a picture, (height, width, 3) bytes, or None."""
        env = self._envs[lane - self._first]
        return env.render() if env.render_mode == "rgb_array" else None

    def close(self):
        for env in self._envs:
            env.close()

    def _step(self, lane, env, action):
        s = self._sections
        observation, reward, terminated, truncated, info = env.step(action)
        s.reward[lane] = s.scored[lane] = reward
        s.terminated[lane] = terminated = bool(terminated)
        s.truncated[lane] = truncated = bool(truncated) and not terminated
        s.game_ended[lane] = terminated or truncated
        if not (terminated or truncated):
            self._begin(lane, (observation, info))
            return
        self._observations.write(s.final_observation[lane], observation)
        if truncated and s.masked:
            s.final_legal[lane] = info["action_mask"]
        self._begin(lane, env.reset())

    def _begin(self, lane, observation_and_info):
        observation, info = observation_and_info
        self._observations.write(self._sections.observation[lane], observation)
        if self._sections.masked:
            self._sections.legal[lane] = info["action_mask"]


class VectorLanes:
    """A gymnasium.vector.VectorEnv whose lanes restart within a step (SAME_STEP)."""

    def __init__(self, env, sections, observations, actions):
        self._env = env
        self._sections = sections
        self._observations = observations
        self._actions = actions

    def reset(self, seed):
        with _blame(None):
            seeds = [lane_seed(seed, lane) for lane in range(self._sections.lanes)]
            observation, info = self._env.reset(seed=self.seeds(seeds))
            self._begin(observation, info)

    def step(self, actions):
        with _blame(None):
            observation, reward, terminated, truncated, info = self._env.step(self._actions.decode_all(actions))
            s = self._sections
            s.reward[:] = s.scored[:] = reward
            s.terminated[:] = terminated
            s.truncated[:] = truncated
            np.greater(s.truncated, s.terminated, out=s.truncated, casting="unsafe")
            ended = (s.terminated | s.truncated).view(np.bool_)
            s.game_ended[:] = ended
            if ended.any():
                self._end(ended, info)
            self._begin(observation, info)

    def draw(self, lane):
        """Returns a picture, (height, width, 3) bytes, or None."""
        pictures = self._env.render() if getattr(self._env, "render_mode", None) == "rgb_array" else None
        return None if pictures is None else pictures[lane]

    def seeds(self, seeds):
        """Returns seeds, one for each lane, as this environment takes them."""
        return seeds

    def close(self):
        self._env.close()

    def _begin(self, observation, info):
        self._observations.write_all(self._sections.observation, observation)
        if self._sections.masked:
            self._sections.legal[:] = info["action_mask"]

    def _end(self, ended, info):
        s = self._sections
        final = info["final_obs"]
        for lane in np.flatnonzero(ended):
            self._observations.write(s.final_observation[lane], final[lane])
        if s.masked and s.truncated.any():
            clock = s.truncated.view(np.bool_)
            s.final_legal[clock] = info["final_info"]["action_mask"][clock]


class _blame:
    """A context in which an environment's code runs: what it throws becomes a Failure that names the lane."""

    def __init__(self, lane):
        self._lane = lane

    def __enter__(self):
        return self

    def __exit__(self, _kind, error, _trace):
        if isinstance(error, Exception) and not isinstance(error, Failure):
            raise Failure("environment", said(error), self._lane) from error
