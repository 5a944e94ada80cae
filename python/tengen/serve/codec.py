"""Gymnasium's spaces as the protocol's observations and actions."""

import itertools
import math

import numpy as np
from gymnasium import spaces

from tengen.serve.protocol import MAX_OBSERVATION, Failure

MOST_CHOICES = 65_536
MOST_NAMES = 4_096  # of products; more would fill a WELCOME
_COLOURS = (1, 3, 4)


class Observations:
    """How observations of ``space`` become rows of bytes or floats.

    Pictures and other arrays of bytes stay bytes; everything else becomes float32, as gymnasium.spaces.flatten has it:
    one-hot numbers for Discrete, one part after the other for Dict and Tuple. Pictures become channels × rows × columns,
    or rows × columns if they have one channel.
    """

    def __init__(self, space):
        self.space = space
        self.parts = []
        self._axes = None
        if isinstance(space, spaces.Box):
            self._take_box(space)
        else:
            self._take_parts(space)
        size = math.prod(self.shape) * self.dtype.itemsize
        if not 0 < size <= MAX_OBSERVATION:
            raise Failure("environment", f"an observation of {size} bytes: between 1 and {MAX_OBSERVATION} can be sent")

    def write(self, row, observation):
        """Writes one observation. Raises ValueError if it is not of the space's shape."""
        if not isinstance(self.space, spaces.Box):
            observation = spaces.flatten(self.space, observation)
        row[...] = self.shaped(np.asarray(observation), ())

    def write_all(self, rows, observations):
        """Writes a batch as vector environments return it."""
        if isinstance(self.space, spaces.Box):
            rows[...] = self.shaped(observations, (len(rows),))
            return
        from gymnasium.vector.utils import batch_space, iterate

        for row, observation in zip(rows, iterate(batch_space(self.space, len(rows)), observations), strict=True):
            self.write(row, observation)

    def shaped(self, values, lanes):
        """Returns an array of the space's shape, behind dimensions ``lanes``, in the protocol's shape."""
        if values.shape != (*lanes, *self._shape):
            raise ValueError(f"an observation of shape {values.shape}, not {(*lanes, *self._shape)}")
        if self._axes:
            values = values.transpose(*range(len(lanes)), *(len(lanes) + axis for axis in self._axes))
        return values.reshape(*lanes, *self.shape)

    def describe(self):
        """Returns WELCOME's ``env.observation``."""
        bounds = {"low": self._low, "high": self._high}
        return {"shape": list(self.shape), "dtype": self.dtype.name, **bounds, "parts": self.parts}

    def _take_box(self, space):
        self.dtype = np.dtype(np.uint8 if space.dtype == np.uint8 else np.float32)
        self._low, self._high = (_bound(end, self.dtype) for end in (space.low.min(), space.high.max()))
        self._shape = self.shape = space.shape
        if self.dtype == np.uint8 and len(self.shape) == 3:
            if self.shape[2] in _COLOURS and self.shape[0] not in _COLOURS:
                self._axes = (2, 0, 1)
                self.shape = (self.shape[2], *self.shape[:2])
            if self.shape[0] == 1:
                self.shape = self.shape[1:]
        if len(self.shape) > 4:
            self.shape = (math.prod(self.shape),)

    def _take_parts(self, space):
        self.dtype = np.dtype(np.float32)
        lows, highs = [], []
        for name, part in _leaves(space, ""):
            if not isinstance(part, (spaces.Box, spaces.Discrete, spaces.MultiDiscrete, spaces.MultiBinary)):
                raise Failure("environment", f"observations of {part} cannot be sent: they have no fixed size")
            count = spaces.flatdim(part)
            if name:
                self.parts.append({"name": name, "offset": sum(p["count"] for p in self.parts), "count": count})
            box = spaces.flatten_space(part)
            lows.append(float(box.low.min()))
            highs.append(float(box.high.max()))
        self._low, self._high = _bound(min(lows), self.dtype), _bound(max(highs), self.dtype)
        self._shape = self.shape = (spaces.flatdim(space),)


def _bound(value, dtype):
    value = float(dtype.type(value))
    if not math.isfinite(value) or (dtype == np.float32 and abs(value) >= np.finfo(np.float32).max):
        return None
    return value


def _leaves(space, name):
    """The parts of a dictionary or tuple, in the order in which gymnasium.spaces.flatten puts them, with their names."""
    if isinstance(space, (spaces.Dict, spaces.Tuple)):
        parts = space.spaces.items() if isinstance(space, spaces.Dict) else enumerate(space.spaces)
        for key, part in parts:
            yield from _leaves(part, f"{name}/{key}" if name else str(key))
    else:
        yield name, space


class Actions:
    """How the protocol's actions become those of ``space``.

    Choices that are made together (MultiDiscrete, MultiBinary, and Dict and Tuple of such) are one choice of up to
    65,536: the last component changes fastest. Reals (Box, and Dict and Tuple of such) are one vector.
    """

    def __init__(self, space, names=()):
        self.space = space
        self._sizes, self.low, self.high = [], [], []
        self._measure(space)
        if self._sizes and self.low:
            raise Failure("environment", f"actions of {space} mix choices and real numbers")
        self.discrete = bool(self._sizes)
        if not self.discrete and not self.low:
            raise Failure("environment", f"there is no action in {space}")
        if self.discrete:
            self.n = math.prod(self._sizes)
            if self.n > MOST_CHOICES:
                raise Failure("environment", f"actions of {space} are {self.n} choices; at most {MOST_CHOICES}")
            self.names = list(names) if len(names) == self.n else self._product_names()
        self._plain = isinstance(space, spaces.Discrete)
        self._start = int(space.start) if self._plain else 0

    @property
    def width(self):
        """Returns the numbers of an action."""
        return 1 if self.discrete else len(self.low)

    def decode(self, action):
        """Returns what ``env.step`` takes for an int, or for a vector of floats."""
        if self._plain:
            return np.int64(action + self._start)
        values = iter(np.unravel_index(action, self._sizes) if self.discrete else [action])
        offset = [0]

        def build(space):
            if isinstance(space, spaces.Dict):
                return {key: build(part) for key, part in space.spaces.items()}
            if isinstance(space, spaces.Tuple):
                return tuple(build(part) for part in space.spaces)
            if isinstance(space, spaces.Box):
                begin = offset[0]
                offset[0] += math.prod(space.shape)
                return action[begin : offset[0]].reshape(space.shape).astype(space.dtype)
            if isinstance(space, spaces.Discrete):
                return np.int64(next(values) + space.start)
            count = math.prod(space.shape)
            chosen = np.array([next(values) for _ in range(count)], space.dtype).reshape(space.shape)
            return chosen + getattr(space, "start", 0) if isinstance(space, spaces.MultiDiscrete) else chosen

        return build(self.space)

    def decode_all(self, actions):
        """Returns what a vector environment takes for int32 (lanes,) or float32 (lanes, width)."""
        if self._plain:
            return actions + self._start if self._start else actions
        if isinstance(self.space, spaces.Box):
            return actions.reshape(-1, *self.space.shape).astype(self.space.dtype)
        from gymnasium.vector.utils import concatenate, create_empty_array

        out = create_empty_array(self.space, len(actions))
        return concatenate(self.space, [self.decode(action) for action in actions], out)

    def check(self, actions, legal):
        """Raises Failure for an action that does not exist, or that is not legal."""
        if self.discrete:
            wrong = (actions < 0) | (actions >= self.n)
        else:
            wrong = ~((actions >= self._low) & (actions <= self._high)).all(axis=1)
        if wrong.any():
            lane = int(wrong.argmax())
            raise Failure("protocol", f"action {actions[lane].tolist()} is outside the action space", lane)
        if legal is not None:
            wrong = legal[np.arange(len(actions)), actions] == 0
            if wrong.any():
                lane = int(wrong.argmax())
                raise Failure("protocol", f"action {actions[lane].tolist()} is not legal now", lane)

    def describe(self):
        """Returns WELCOME's ``env.action``."""
        if self.discrete:
            return {"n": self.n, "names": self.names}
        ends = ([_bound(value, np.dtype(np.float32)) for value in end] for end in (self.low, self.high))
        return dict(zip(("low", "high"), ends, strict=True))

    def _measure(self, space):
        if isinstance(space, (spaces.Dict, spaces.Tuple)):
            for part in space.spaces.values() if isinstance(space, spaces.Dict) else space.spaces:
                self._measure(part)
        elif isinstance(space, spaces.Discrete):
            self._sizes.append(int(space.n))
        elif isinstance(space, spaces.MultiDiscrete):
            self._sizes += [int(n) for n in space.nvec.ravel()]
        elif isinstance(space, spaces.MultiBinary):
            self._sizes += [2] * math.prod(space.shape)
        elif isinstance(space, spaces.Box) and np.issubdtype(space.dtype, np.floating):
            self.low += space.low.ravel().tolist()
            self.high += space.high.ravel().tolist()
            self._low, self._high = np.array(self.low, np.float32), np.array(self.high, np.float32)
        else:
            raise Failure("environment", f"actions of {space} cannot be sent: only choices and real numbers can")

    def _product_names(self):
        if len(self._sizes) == 1 or self.n > MOST_NAMES:
            return []
        return [",".join(map(str, choice)) for choice in itertools.product(*map(range, self._sizes))]
