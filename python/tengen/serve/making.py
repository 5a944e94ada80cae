"""Environments as the command line and a client want them."""

import dataclasses
import importlib
import inspect

import gymnasium
import numpy as np

from tengen.serve.protocol import Failure


@dataclasses.dataclass
class Recipe:
    """What an environment is made of: its id, keyword arguments, wrappers as (function, arguments), worker processes."""

    id: str
    kwargs: dict
    wrappers: list
    workers: int

    def spec(self):
        """Returns Gymnasium's entry. Raises gymnasium.error.Error, with the nearest id, if there is none."""
        return gymnasium.spec(self.id.split(":")[-1])

    def make(self):
        """Returns one environment, with wrappers; it draws if it can."""
        kwargs = dict(self.kwargs)
        if "rgb_array" in self._render_modes():
            kwargs.setdefault("render_mode", "rgb_array")
        env = _made(lambda: gymnasium.make(self.id, disable_env_checker=True, **kwargs))
        for wrap, arguments in self.wrappers:
            env = _made(lambda wrap=wrap, env=env, arguments=arguments: wrap(env, **arguments))
        return env

    def make_vector(self, lanes):
        """Returns a vector environment of its own kind that restarts lanes within a step, or None if there is none."""
        entry = self.spec().vector_entry_point
        if self.wrappers or entry is None:
            return None
        if not callable(entry):
            module, name = entry.split(":")
            entry = getattr(importlib.import_module(module), name)
        known = inspect.signature(entry).parameters
        if "autoreset_mode" not in known:
            return None
        mode = gymnasium.vector.AutoresetMode.SAME_STEP
        kwargs = {**self.kwargs, "autoreset_mode": mode}
        if "render_mode" in known:
            kwargs.setdefault("render_mode", "rgb_array")
        env = _made(lambda: gymnasium.make_vec(self.id, num_envs=lanes, **kwargs))
        if env.metadata.get("autoreset_mode") is mode:
            return env
        env.close()
        return None

    def _render_modes(self):
        entry = self.spec().entry_point
        if isinstance(entry, str):
            module, name = entry.split(":")
            entry = getattr(importlib.import_module(module), name, None)
        metadata = getattr(entry, "metadata", {})
        return metadata.get("render_modes", ()) if isinstance(metadata, dict) else ()


def _made(make):
    """What ``make`` returns. Wrong arguments are the client's fault or the server's, but nobody's bug."""
    try:
        return make()
    except Exception as error:
        raise Failure("usage", f"the environment cannot be made: {said(error)}") from error


def said(error):
    """Returns an exception in one line."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def lane_seed(seed, lane):
    """Returns the seed of a lane, of 31 bits, because more is too much for some environments."""
    return int(np.random.SeedSequence(seed, spawn_key=(lane,)).generate_state(1)[0] >> 1)
