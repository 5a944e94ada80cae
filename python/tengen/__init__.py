"""Tengen's environments for Gymnasium, Stable-Baselines3 and PettingZoo.

``import tengen`` registers every environment with Gymnasium, as ``tengen/NAME``:

    import gymnasium, tengen
    env = gymnasium.make("tengen/Pong-v1", size=42)
    envs = gymnasium.make_vec("tengen/Pong-v1", num_envs=64, threads=2)

Plug-ins are loaded by ``load_plugin``, and at import from the list TENGEN_PLUGIN_PATH, as by the program `tengen`.
Errors are ``tengen.Error``, those of the caller (unknown ids, options and actions) ``tengen.UsageError``, which is a
ValueError, too. docs/python.md has a tour.
"""

import os

from tengen._native import Error, UsageError
from tengen.registration import describe, environments, load_plugin, load_plugins, register
from tengen.single import Env
from tengen.vector import VectorEnv

__all__ = [
    "Env",
    "Error",
    "UsageError",
    "VectorEnv",
    "describe",
    "environments",
    "load_plugin",
    "load_plugins",
]

register()
if os.environ.get("TENGEN_PLUGIN_PATH"):
    load_plugins(os.environ["TENGEN_PLUGIN_PATH"])
