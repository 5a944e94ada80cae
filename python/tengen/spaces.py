"""Gymnasium's spaces of an environment that describes itself."""

import numpy as np
from gymnasium import spaces


def observation_space(spec):
    """Returns a Box of uint8 or float32."""
    dtype = np.dtype(spec["dtype"])
    low, high = (np.full(spec["shape"], spec[end]).astype(dtype) for end in ("low", "high"))
    return spaces.Box(low, high, spec["shape"], dtype)


def action_space(spec):
    """Returns a Discrete, or a Box of float32."""
    if "actions" in spec:
        return spaces.Discrete(spec["actions"])
    low, high = (np.array(spec[end], np.float32) for end in ("action_low", "action_high"))
    return spaces.Box(low, high, dtype=np.float32)


def start_seed(seed):
    """Returns ``seed`` as an integer of 64 bits. Raises ValueError for any other."""
    value = int(seed)
    if not 0 <= value < 2**64:
        raise ValueError(f"seed {seed} is outside [0, 2^64)")
    return value
