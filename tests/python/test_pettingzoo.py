"""Board games as PettingZoo's users meet them."""

import warnings

import numpy as np
import pytest

pytest.importorskip("pettingzoo")
from pettingzoo.test import api_test, seed_test  # noqa: E402

import tengen  # noqa: E402
import tengen.pettingzoo  # noqa: E402


@pytest.mark.parametrize("name", tengen.pettingzoo.games())
def test_every_game_keeps_pettingzoos_contract(name):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*render_modes.*")
        api_test(tengen.pettingzoo.env(name), num_cycles=200)
        seed_test(lambda: tengen.pettingzoo.env(name), num_cycles=20)


def test_the_winner_gets_what_the_loser_pays():
    game = tengen.pettingzoo.env("TicTacToe-v0", render_mode="rgb_array")
    game.reset()
    blank = game.render()
    for action in (0, 3, 1, 4):
        game.step(action)
    seen, _, terminated, _, _ = game.last()
    assert not terminated and game.agent_selection == "player_0"
    assert seen["observation"][0, :, 0].tolist() == [1, 1, 0] and seen["observation"][1, :, 1].tolist() == [1, 1, 0]
    assert seen["action_mask"].tolist() == [0, 0, 1, 0, 0, 1, 1, 1, 1]
    assert game.observe("player_1")["action_mask"].sum() == 0
    game.step(2)
    assert game.rewards == {"player_0": 1, "player_1": -1}
    assert all(game.terminations.values())
    assert not np.array_equal(game.render(), blank)


def test_an_illegal_move_loses_or_is_refused():
    game = tengen.pettingzoo.env("TicTacToe-v0")
    game.reset()
    game.step(4)
    game.step(4)
    assert game.rewards["player_1"] == -1
    raw = tengen.pettingzoo.raw_env("TicTacToe-v0")
    raw.reset()
    raw.step(4)
    with pytest.raises(tengen.UsageError, match="action 4 is not legal"):
        raw.step(4)


def test_games_have_options():
    game = tengen.pettingzoo.env("Go-v0", size=5, komi=0.5)
    assert game.action_space("player_0").n == 26
    assert game.observation_space("player_0")["globals"].shape[0] > 0
    with pytest.raises(tengen.UsageError, match="komy.*did you mean.*komi"):
        tengen.pettingzoo.env("Go-v0", komy=1)
    with pytest.raises(tengen.UsageError, match="did you mean 'Othello-v0'"):
        tengen.pettingzoo.env("Othelo-v0")
