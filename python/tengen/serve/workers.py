"""Lanes in worker processes, which write their rows into memory that they share with this one."""

import contextlib
import json
import multiprocessing.connection
import os
import signal
import time

from tengen.serve.lanes import SingleLanes
from tengen.serve.making import said
from tengen.serve.protocol import Failure


def die_with_parent():
    """Asks Linux to end this process when its parent ends, however that comes about."""
    with contextlib.suppress(OSError, AttributeError):
        import ctypes

        pr_set_pdeathsig = 1
        ctypes.CDLL(None, use_errno=True).prctl(pr_set_pdeathsig, signal.SIGKILL, 0, 0, 0)


class WorkerLanes:
    """As SingleLanes for all lanes, spread evenly over ``workers`` processes."""

    def __init__(self, make, workers, sections, observations, actions):
        self._sections = sections
        self._pipes, self._children, self._first = [], [], []
        lanes = sections.lanes
        for i in range(workers):
            share = range(i * lanes // workers, (i + 1) * lanes // workers)
            here, there = multiprocessing.connection.Pipe()
            child = os.fork()
            if child == 0:
                for other in (*self._pipes, here):
                    other.close()
                _work(there, lambda share=share: SingleLanes([make() for _ in share], share.start, sections,
                                                             observations, actions))
            there.close()
            self._pipes.append(here)
            self._children.append(child)
            self._first.append(share.start)
        self._collect()

    def reset(self, seed):
        self._ask(b"R" + seed.to_bytes(8, "little"))

    def step(self, actions):
        self._ask(b"S" + actions.tobytes())

    def draw(self, lane):
        """Returns a picture, (height, width, 3) bytes, or None. Raises RuntimeError with what drawing threw."""
        pipe = self._pipes[max(i for i, first in enumerate(self._first) if first <= lane)]
        pipe.send_bytes(b"D" + lane.to_bytes(4, "little"))
        picture, why = pipe.recv()
        if why:
            raise RuntimeError(why)
        return picture

    def close(self):
        """Lets the workers close their environments, and ends those that have not within two seconds."""
        for pipe in self._pipes:
            pipe.close()
        end = time.monotonic() + 2
        for child in self._children:
            while os.waitpid(child, os.WNOHANG) == (0, 0):
                if time.monotonic() > end:
                    os.kill(child, signal.SIGKILL)
                time.sleep(0.002)
        self._pipes, self._children = [], []

    def _ask(self, request):
        for pipe in self._pipes:
            pipe.send_bytes(request)
        self._collect()

    def _collect(self):
        failures = []
        for pipe in self._pipes:
            try:
                answer = pipe.recv_bytes()
            except EOFError:
                answer = json.dumps(["environment", "a worker process ended", None]).encode()
            if answer:
                failures.append(answer)
        if failures:
            kind, text, lane = json.loads(failures[0])
            raise Failure(kind, text, lane)


def _work(pipe, make):
    """What a worker process does until its pipe is closed. Does not return."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started this one
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    die_with_parent()
    lanes = None
    try:
        lanes = _answer(pipe, make)
        while lanes:
            request = pipe.recv_bytes()
            if request[:1] == b"D":
                _draw(pipe, lanes, int.from_bytes(request[1:], "little"))
            elif request[:1] == b"R":
                _answer(pipe, lambda request=request: lanes.reset(int.from_bytes(request[1:], "little")))
            else:
                _answer(pipe, lambda request=request: lanes.step(lanes.actions_in(request[1:])))
    except (EOFError, OSError):
        pass
    finally:
        with contextlib.suppress(Exception):
            lanes.close()
        os._exit(0)


def _answer(pipe, work):
    """Sends nothing if ``work`` succeeds, else what failed; returns its result."""
    try:
        result = work()
        pipe.send_bytes(b"")
        return result
    except Failure as failure:
        pipe.send_bytes(json.dumps([failure.kind, str(failure), failure.lane]).encode())
    except Exception as error:
        pipe.send_bytes(json.dumps(["environment", said(error), None]).encode())
    return None


def _draw(pipe, lanes, lane):
    try:
        pipe.send((lanes.draw(lane), ""))
    except Exception as error:
        pipe.send((None, said(error)))
