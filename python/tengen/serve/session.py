"""One connection: its environment, and the answers to its client's requests."""

import hmac
import json
import os
import struct

import numpy as np

from tengen.serve import atari
from tengen.serve import protocol as p
from tengen.serve.codec import Actions, Observations
from tengen.serve.lanes import SingleLanes, VectorLanes
from tengen.serve.making import said
from tengen.serve.memory import Sections, can_share
from tengen.serve.protocol import Failure
from tengen.serve.workers import WorkerLanes


class Session:
    """Serves the client at the other end of ``channel`` until it leaves or an error ends the connection.

    ``recipe`` says what to make; the client's options add to its arguments. ``shareable`` says whether the connection can
    carry a descriptor.
    """

    def __init__(self, channel, recipe, lanes, max_lanes, token, shareable):
        self._channel = channel
        self._recipe = recipe
        self._max_lanes = max_lanes
        self._usual_lanes = lanes
        self._token = token
        self._shareable = shareable
        self._lanes = None
        self._sections = None

    def run(self, refusal=""):
        """With a ``refusal``, answers HELLO with that."""
        try:
            self._greet(refusal)
            while self._answer():
                pass
        except p.Closed:
            pass
        except Failure as failure:
            self._channel.send(p.ERROR, failure.message())
        except Exception as error:
            self._channel.send(p.ERROR, Failure("environment", f"the server failed: {said(error)}").message())
            raise
        finally:
            if self._lanes is not None:
                self._lanes.close()

    def _greet(self, refusal):
        length, kind = self._channel.receive_header(p.HELLO_SECONDS)
        if kind != p.HELLO or length > p.MAX_HELLO:
            raise Failure("protocol", f"a message of type {kind} and {length} bytes instead of HELLO")
        hello = p.parse_hello(self._channel.receive(length, p.HELLO_SECONDS))
        if refusal:
            raise Failure("refused", refusal)
        if not hmac.compare_digest(hello["token"].encode(), self._token.encode()):
            raise Failure("refused", "the token is not this server's; give the same TENGEN_TOKEN to both sides")
        lanes = hello["lanes"] or self._usual_lanes
        if lanes > self._max_lanes:
            raise Failure("refused", f"{lanes} lanes; this server gives up to {self._max_lanes}")
        self._recipe.kwargs = {**self._recipe.kwargs, **hello["options"]}
        self._make(lanes, hello["memory"] and self._shareable and can_share())
        welcome = json.dumps(self._welcome()).encode()
        if len(welcome) > p.MAX_TEXT:
            raise Failure("environment", f"its description has {len(welcome)} bytes; at most {p.MAX_TEXT}")
        self._channel.send(p.WELCOME, welcome, descriptor=self._sections.descriptor)

    def _make(self, lanes, shared):
        spec = self._recipe.spec()
        if is_atari := atari.is_atari(spec) and not self._recipe.wrappers:
            self._recipe.kwargs = atari.vector_options(self._recipe.kwargs, self._recipe.workers)
        vector = self._recipe.make_vector(lanes)
        env = vector or self._recipe.make()
        self._describe(env, spec, vector is not None, is_atari)
        self._sections = Sections(self._observations, self._actions, lanes, self._masked, shared)
        rest = (self._sections, self._observations, self._actions)
        workers = min(self._recipe.workers or len(os.sched_getaffinity(0)), lanes)
        if vector:
            self._lanes = (atari.AtariLanes if is_atari else VectorLanes)(vector, *rest)
        elif workers == 1:
            self._lanes = SingleLanes([env] + [self._recipe.make() for _ in range(lanes - 1)], 0, *rest)
        else:
            env.close()
            self._lanes = WorkerLanes(self._recipe.make, workers, *rest)

    def _describe(self, env, spec, vector, is_atari):
        try:
            info = env.reset()[1]  # only this tells whether there are masks
        except Exception as error:
            raise Failure("environment", said(error)) from error
        self._masked = "action_mask" in info
        self._observations = Observations(env.single_observation_space if vector else env.observation_space)
        names = atari.names(env) if is_atari else _names(env)
        self._actions = Actions(env.single_action_space if vector else env.action_space, names)
        if self._masked and not self._actions.discrete:
            raise Failure("environment", "it masks actions that are real numbers")
        fps = env.metadata.get("render_fps") or 15
        limit = getattr(env.spec, "max_episode_steps", None) or _own(env).get("max_episode_steps", 0)
        aspect = 0
        self._can_draw = getattr(env, "render_mode", None) == "rgb_array"
        if is_atari:
            skip = env.spec.kwargs["frameskip"]
            fps, limit, aspect = 60 / skip, -(-env.spec.kwargs["max_num_frames_per_episode"] // skip), 4 / 3
            self._can_draw = True
        self._about = {
            "name": spec.id,
            "observation": self._observations.describe(),
            "action": self._actions.describe(),
            "max_episode_steps": int(limit),
            "masked": self._masked,
            "steps_per_second": float(fps),
            "picture_aspect": aspect,
        }
        self._deterministic = not spec.nondeterministic

    def _welcome(self):
        welcome = {
            "protocol": p.VERSION,
            "server": "tengen.serve",
            "lanes": self._sections.lanes,
            "env": self._about,
            "can": ["draw"] if self._can_draw else [],
            "deterministic": self._deterministic,
        }
        if self._sections.descriptor is not None:
            welcome["memory"] = self._sections.describe()
        return welcome

    def _answer(self):
        """Answers one request; returns False after CLOSE."""
        length, kind = self._channel.receive_header()
        s = self._sections
        shared = s.descriptor is not None
        lengths = {p.RESET: 8, p.STEP: 0 if shared else s.action.nbytes, p.DRAW: 4}
        if not p.RESET <= kind <= p.CLOSE:
            raise Failure("protocol", f"there is no request of type {kind}")
        if length != lengths.get(kind, 0 if kind != p.LOAD else length) or length > p.MAX_MESSAGE:
            raise Failure("protocol", f"a request of type {kind} with {length} bytes, not {lengths.get(kind, 0)}")
        if kind == p.STEP:
            self._step(shared)
        elif kind == p.RESET:
            self._lanes.reset(int.from_bytes(self._channel.receive(8), "little"))
            self._send_observations(shared)
        elif kind == p.OBSERVE:
            self._send_observations(shared)
        elif kind == p.DRAW:
            self._draw(int.from_bytes(self._channel.receive(4), "little"))
        elif kind == p.CLOSE:
            return False
        else:
            self._discard(length)
            self._refuse("this server has no scripted experts and saves no states")
        return True

    def _step(self, shared):
        s = self._sections
        if not shared:
            self._channel.receive_into(s.action)
        actions = s.action.copy()  # the client could change those that it shares
        self._actions.check(actions, s.legal if s.masked else None)
        self._lanes.step(actions)
        self._channel.send(p.STEPPED, *(() if shared else s.stepped()))

    def _send_observations(self, shared):
        self._channel.send(p.OBSERVATIONS, *(() if shared else self._sections.observations()))

    def _draw(self, lane):
        if lane >= self._sections.lanes:
            raise Failure("protocol", f"there is no lane {lane}: lanes are 0 to {self._sections.lanes - 1}")
        try:
            picture = self._lanes.draw(lane)
        except Exception as error:
            self._refuse(f"it cannot be drawn: {said(error)}")
            return
        if picture is None:
            picture = np.zeros((0, 0, 3), np.uint8)
        picture = np.ascontiguousarray(picture, np.uint8)
        self._channel.send(p.PICTURE, struct.pack("<II", picture.shape[1], picture.shape[0]), picture)

    def _refuse(self, why):
        self._channel.send(p.ERROR, Failure("unsupported", why).message())

    def _discard(self, length):
        while length > 0:
            length -= len(self._channel.receive(min(length, 1 << 20)))


def _own(env):
    """What an environment of Tengen's says about itself."""
    return getattr(env.unwrapped, "description", None) or {}


def _names(env):
    meanings = getattr(env.unwrapped, "get_action_meanings", None)
    return list(meanings()) if callable(meanings) else _own(env).get("action_names", [])
