"""Tengen's board games for PettingZoo: two players who move by turns, ``player_0`` first."""

import numpy as np
from gymnasium import spaces
from gymnasium.utils import EzPickle
from pettingzoo import AECEnv
from pettingzoo.utils import wrappers

from tengen import _native


def games():
    """Returns the ids of the games and what each is, in one line: a dictionary."""
    return dict(_native.boards())


def env(name, **options):
    """Returns the game ``name`` as PettingZoo's own classic games come: an illegal move loses.

    ``options`` are the game's (``size=9``, ``komi=7.5`` …). Raises ``tengen.UsageError`` for unknown names or options.
    """
    game = wrappers.TerminateIllegalWrapper(raw_env(name, **options), illegal_reward=-1)
    return wrappers.OrderEnforcingWrapper(wrappers.AssertOutOfBoundsWrapper(game))


class raw_env(AECEnv, EzPickle):  # noqa: N801, PettingZoo's name
    """The game itself; an illegal move raises ``tengen.UsageError``.

    An observation is a dictionary: ``"observation"``, (rows, columns, planes) bytes of 0 or 1, ``"action_mask"``, int8,
    1 = legal, and ``"globals"``, float32, for games that tell more than planes do. The position is seen from the side
    of the player to move, also by the other one, whose mask is 0. Rewards come at the end: 1 won, 0 drawn, -1 lost.
    """

    metadata = {"render_modes": ["rgb_array"], "is_parallelizable": False, "render_fps": 1}

    def __init__(self, name, render_mode=None, **options):
        EzPickle.__init__(self, name, render_mode, **options)
        super().__init__()
        if render_mode not in (None, "rgb_array"):
            raise ValueError(f"render_mode={render_mode!r}: there is 'rgb_array', and None for no pictures")
        self._start = _native.board(name, options)
        about = self._start.spec
        self.metadata = {**self.metadata, "name": name}
        self.render_mode = render_mode
        self.possible_agents = ["player_0", "player_1"]
        seen = {
            "observation": spaces.Box(0, 1, (about["rows"], about["columns"], about["planes"]), np.uint8),
            "action_mask": spaces.Box(0, 1, (about["actions"],), np.int8),
        }
        if about["globals"]:
            seen["globals"] = spaces.Box(-np.inf, np.inf, (about["globals"],), np.float32)
        self.observation_spaces = {agent: spaces.Dict(seen) for agent in self.possible_agents}
        self.action_spaces = {agent: spaces.Discrete(about["actions"]) for agent in self.possible_agents}

    def observation_space(self, agent):
        """The same for both players."""
        return self.observation_spaces[agent]

    def action_space(self, agent):
        """The same for both players."""
        return self.action_spaces[agent]

    def reset(self, seed=None, options=None):
        """Sets the game up. There is no chance in it, so a seed changes nothing."""
        self.agents = self.possible_agents[:]
        self.board = self._start.copy()
        self._last = -1
        self._select()
        for of_agents, value in (("rewards", 0), ("_cumulative_rewards", 0), ("terminations", False), ("truncations", False)):
            setattr(self, of_agents, dict.fromkeys(self.agents, value))
        self.infos = {agent: {} for agent in self.agents}

    def observe(self, agent):
        """Returns what ``agent`` sees."""
        planes, numbers = self.board.observe()
        mask = self.board.legal()
        if agent != self._mover():
            mask[:] = 0
        seen = {"observation": planes, "action_mask": mask}
        return {**seen, "globals": numbers} if len(numbers) else seen

    def step(self, action):
        """Plays for the agent whose turn it is."""
        if self.terminations[self.agent_selection] or self.truncations[self.agent_selection]:
            self._was_dead_step(action)
            return
        self._cumulative_rewards[self.agent_selection] = 0
        self.board.play(int(action))
        self._last = int(action)
        self._clear_rewards()
        if self.board.finished:
            for agent, sign in zip(self.possible_agents, (1, -1), strict=True):
                self.rewards[agent] = sign * self.board.score
                self.terminations[agent] = True
        self._select()
        self._accumulate_rewards()

    def render(self):
        """Returns a picture, (height, width, 3) bytes of RGB, or None if there is no render_mode."""
        return self.board.draw(self._last) if self.render_mode == "rgb_array" else None

    def _mover(self):
        return self.possible_agents[self.board.to_move]

    def _select(self):
        self.agent_selection = self._mover()
