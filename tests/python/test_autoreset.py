"""The three ways in which lanes restart, held against a loop over single environments."""

import gymnasium
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode

import tengen

CASES = {
    "CartPole-v1": {},
    "Pendulum-v1": {"limit": 7},
    "Catch-v0": {},
    "Breakout-v1": {"size": 42, "episodic_life": True, "limit": 40},
    "TicTacToe-v0": {},
    "Othello-v0": {"limit": 9},
}
MODES = [AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP, AutoresetMode.DISABLED]
LANES = 11


def pair(name, mode):
    """Our lanes, and Gymnasium's own lanes of the same environment."""
    options = dict(CASES[name])
    limit = options.pop("limit", None)
    ours = gymnasium.make_vec(f"tengen/{name}", num_envs=LANES, autoreset_mode=mode, max_episode_steps=limit, **options)
    make = lambda: tengen.Env(name, time_limit=limit, **options)  # noqa: E731
    return ours, gymnasium.vector.SyncVectorEnv([make] * LANES, autoreset_mode=mode)


def choose(space, infos, rng):
    if isinstance(space, gymnasium.spaces.Box):
        return rng.uniform(space.low, space.high, (LANES, *space.shape)).astype(np.float32)
    if "action_mask" not in infos:
        return rng.integers(0, space.n, LANES)
    return np.array([rng.choice(np.flatnonzero(mask)) for mask in infos["action_mask"]])


def same_infos(ours, theirs, chosen=None):
    assert set(ours) == set(theirs)
    for key, value in theirs.items():
        if key == "final_info":
            same_infos(ours[key], value)
        elif key == "final_obs":
            for a, b in zip(ours[key], value, strict=True):
                assert (a is None) == (b is None) and (a is None or np.array_equal(a, b))
        elif chosen is None:
            assert np.array_equal(ours[key], value), key
        elif not key.startswith("_"):
            assert np.array_equal(ours[key][chosen], value[chosen]), key


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.value)
@pytest.mark.parametrize("name", CASES)
def test_lanes_do_what_single_environments_do(name, mode):
    ours, theirs = pair(name, mode)
    (a, infos), (b, expected) = ours.reset(seed=3), theirs.reset(seed=3)
    assert np.array_equal(a, b)
    same_infos(infos, expected)
    rng = np.random.default_rng(0)
    ends = 0
    for _ in range(120):
        actions = choose(ours.single_action_space, infos, rng)
        *got, infos = ours.step(actions)
        *wanted, expected = theirs.step(actions)
        for x, y in zip(got, wanted, strict=True):
            assert np.array_equal(x, y)
        same_infos(infos, expected)
        ended = got[2] | got[3]
        ends += ended.sum()
        if mode is AutoresetMode.DISABLED and ended.any():
            (a, infos), (b, expected) = (envs.reset(options={"reset_mask": ended}) for envs in (ours, theirs))
            assert np.array_equal(a, b)
            same_infos(infos, expected, ended)
    assert ends > LANES


def test_a_lane_that_has_ended_must_be_reset():
    envs = gymnasium.make_vec("tengen/Catch-v0", num_envs=3, autoreset_mode=AutoresetMode.DISABLED)
    envs.reset(seed=0)
    for _ in range(9):
        ended = envs.step(np.ones(3, int))[2]
    assert ended.all()
    with pytest.raises(tengen.Error, match="the episode of lane 0 is over; reset it"):
        envs.step(np.ones(3, int))
    envs.reset(options={"reset_mask": np.array([True, True, False])})
    with pytest.raises(tengen.Error, match="lane 2"):
        envs.step(np.ones(3, int))
    for wrong in (np.zeros(3, bool), np.zeros(2, bool), [True] * 3):
        with pytest.raises(ValueError, match="reset_mask"):
            envs.reset(options={"reset_mask": wrong})


def test_one_environment_must_be_reset_after_its_episode():
    env = tengen.Env("Catch-v0")
    env.reset(seed=0)
    while not env.step(1)[2]:
        pass
    with pytest.raises(tengen.Error, match="over"):
        env.step(1)
    env.reset()
    env.step(1)


def test_final_rows_are_the_callers_own():
    envs = gymnasium.make_vec("tengen/Catch-v0", num_envs=2, autoreset_mode=AutoresetMode.SAME_STEP)
    envs.reset(seed=0)
    finals = []
    for _ in range(40):
        infos = envs.step(np.ones(2, int))[4]
        if "final_obs" in infos:
            finals.append((infos["final_obs"][0], infos["final_obs"][0].copy(), infos["final_info"]["score"][0]))
    assert len(finals) == 4
    assert all(np.array_equal(now, then) and score in (-1, 1) for now, then, score in finals)
