"""The arrays of a step in one piece of memory, which worker processes and a client on this machine may share."""

import mmap
import os

import numpy as np

from tengen.serve.protocol import MAX_MESSAGE, Failure

ALIGNMENT = 64


class Sections:
    """The sections of docs/protocol.md as arrays of numpy, row i for lane i, attributes by the sections' names.

    With ``named`` (Linux), they are in an anonymous file that cannot shrink or grow, whose descriptor is ``descriptor``;
    else in memory that only processes share which this one forks.
    """

    def __init__(self, observations, actions, lanes, masked, named):
        row = (lanes, *observations.shape)
        action = ("int32", (lanes,)) if actions.discrete else ("float32", (lanes, actions.width))
        mask = ("uint8", (lanes, actions.n if masked else 0))
        shapes = {
            "action": action,
            "reward": ("float32", (lanes,)),
            "scored": ("float32", (lanes,)),
            "terminated": ("uint8", (lanes,)),
            "truncated": ("uint8", (lanes,)),
            "game_ended": ("uint8", (lanes,)),
            "observation": (observations.dtype, row),
            "legal": mask,
            "final_observation": (observations.dtype, row),
            "final_legal": mask,
        }
        self.lanes = lanes
        self.masked = masked
        self.offsets = {}
        size = 0
        for name, (dtype, shape) in shapes.items():
            count = int(np.prod(shape)) * np.dtype(dtype).itemsize
            self.offsets[name] = size if count else 0
            size += -(-count // ALIGNMENT) * ALIGNMENT
        if size > MAX_MESSAGE:
            raise Failure("refused", f"{lanes} lanes need {size} bytes for a step; at most {MAX_MESSAGE}")
        self.size = size
        self.descriptor = _sealed_file(size) if named else None
        self._memory = mmap.mmap(-1 if self.descriptor is None else self.descriptor, size)
        for name, (dtype, shape) in shapes.items():
            setattr(self, name, np.ndarray(shape, dtype, self._memory, self.offsets[name]))
        self.legal[...] = self.final_legal[...] = 1

    def describe(self):
        """Returns WELCOME's ``memory``."""
        return {"size": self.size, **self.offsets}

    def observations(self):
        """Returns the body of OBSERVATIONS, in parts."""
        return self.observation, self.legal

    def stepped(self):
        """Returns the body of STEPPED, in parts: of final rows only those of lanes that ended."""
        ended = (self.terminated | self.truncated).astype(bool)
        parts = [self.reward, self.scored, self.terminated, self.truncated, self.game_ended, *self.observations()]
        if ended.any():
            parts += [self.final_observation[ended], self.final_legal[self.truncated.astype(bool)]]
        return parts


def can_share():
    """Returns whether this system has anonymous files that can be sealed."""
    return hasattr(os, "memfd_create")


def _sealed_file(size):
    import fcntl

    descriptor = os.memfd_create("tengen", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(descriptor, size)
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL)
    return descriptor
