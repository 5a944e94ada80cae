"""Environments of Tengen as Gymnasium's users meet them, one by one and in batches."""

import gc
import threading
import warnings

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AutoresetMode

import tengen

NAMES = list(tengen.environments())
MASKED = [name for name in NAMES if tengen.describe(name)["masked"]]


def play(envs, steps, seed=0):
    """All that a few steps of random legal actions return."""
    rng = np.random.default_rng(seed)
    seen = [envs.reset(seed=seed)[0]]
    for _ in range(steps):
        low, high = 0, envs.single_action_space.n
        seen += envs.step(rng.integers(low, high, envs.num_envs))[:4]
    return seen


@pytest.mark.parametrize("name", NAMES)
def test_every_environment_keeps_gymnasiums_contract(name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", message=".*(infinity|symmetric and normalized|out of date).*")
        env = gymnasium.make(f"tengen/{name}", render_mode="rgb_array")
        check_env(env.unwrapped)
        envs = gymnasium.make_vec(f"tengen/{name}", num_envs=3)
    observation, _ = envs.reset(seed=1)
    assert envs.observation_space.contains(observation)
    assert envs.metadata["autoreset_mode"] is AutoresetMode.NEXT_STEP


def test_ids_are_registered_once_and_described():
    tengen.registration.register()
    assert gymnasium.spec("tengen/Pong-v1").kwargs == {"name": "Pong-v1"}
    about = tengen.describe("Pong-v1", size=42)
    assert about["shape"] == (42, 42)
    assert about["action_names"][1] == "FIRE"
    assert "size = 42" in about["options"]
    assert gymnasium.spec("tengen/Pong-v1").to_json()


def test_options_are_arguments_and_wrong_ones_are_named():
    env = gymnasium.make("tengen/Pong-v1", size=42, frame_skip=2)
    assert env.observation_space.shape == (42, 42)
    assert gymnasium.make_vec("tengen/Pong-v1", num_envs=2, size=np.int64(42)).observation_space.shape == (2, 42, 42)
    with pytest.raises(tengen.UsageError, match="frame_skp.*did you mean.*frame_skip"):
        gymnasium.make("tengen/Pong-v1", frame_skp=2)
    with pytest.raises(ValueError, match="size"):
        gymnasium.make("tengen/Pong-v1", size="large")
    with pytest.raises(tengen.Error, match="neither a boolean"):
        gymnasium.make("tengen/Pong-v1", size={"x": 1})
    with pytest.raises(tengen.UsageError, match="did you mean 'Pong-v1'"):
        tengen.Env("Pnog-v0")


@pytest.mark.parametrize("name", ["CartPole-v1", "Pong-v1", "Othello-v0"])
def test_a_seed_is_a_game_and_lanes_have_their_own(name):
    make = lambda **more: gymnasium.make_vec(f"tengen/{name}", num_envs=20, **more)  # noqa: E731
    one, two = play(make(), 30), play(make(threads=3), 30)
    assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))
    lanes, _ = make().reset(seed=list(range(7, 27)))
    for i in (0, 13):
        single, _ = gymnasium.make(f"tengen/{name}").reset(seed=7 + i)
        assert np.array_equal(single, lanes[i])
    envs = make()
    first, second = envs.reset()[0], envs.reset()[0]
    other = make().reset()[0]
    if name == "CartPole-v1":  # whose first observations show the chance in them
        assert not np.array_equal(first, other) and not np.array_equal(first, second)


def test_a_lane_without_a_seed_goes_on_with_its_random_numbers():
    envs = gymnasium.make_vec("tengen/CartPole-v1", num_envs=3)
    a = [envs.reset(seed=5)[0], envs.reset(seed=[None, 9, None])[0]]
    b = [envs.reset(seed=5)[0], envs.reset(seed=[None, 9, None])[0]]
    assert np.array_equal(a[1], b[1]) and not np.array_equal(a[0], a[1])
    assert np.array_equal(a[1][1], gymnasium.make("tengen/CartPole-v1").reset(seed=9)[0])
    for wrong in (-1, 2**64, [1, 2]):
        with pytest.raises(ValueError, match="seed"):
            envs.reset(seed=wrong)


@pytest.mark.parametrize("kind", ["one", "many"])
def test_what_the_caller_holds_never_changes(kind):
    env = gymnasium.make_vec("tengen/Pong-v1", num_envs=2, size=42) if kind == "many" else tengen.Env("Pong-v1", size=42)
    held = [env.reset(seed=0)[0]]
    copies = [held[0].copy()]
    action = np.zeros(2, int) if kind == "many" else 0
    for _ in range(50):
        held.append(env.step(action)[0])
        copies.append(held[-1].copy())
    assert all(np.array_equal(a, b) for a, b in zip(held, copies, strict=True))
    assert len({a.ctypes.data for a in held}) == len(held)
    row = held[-1][0]
    last = held[-1].copy()
    held.clear()
    gc.collect()
    for _ in range(5):
        env.step(action)
    assert np.array_equal(row, last[0])  # a view keeps its array
    assert row.flags.writeable


def test_memory_that_nobody_holds_is_used_again():
    envs = gymnasium.make_vec("tengen/Pong-v1", num_envs=2)
    envs.reset(seed=0)
    places = {envs.step(np.zeros(2, int))[0].ctypes.data for _ in range(50)}
    assert len(places) <= 3


def test_observations_go_to_other_libraries_without_a_copy():
    envs = gymnasium.make_vec("tengen/CartPole-v1", num_envs=2)
    observation, _ = envs.reset(seed=0)
    assert np.shares_memory(np.from_dlpack(observation), observation)


def test_the_callers_clock():
    envs = gymnasium.make_vec("tengen/Pendulum-v1", num_envs=2, max_episode_steps=3)
    envs.reset(seed=0)
    flags = [envs.step(np.zeros((2, 1), np.float32))[3].all() for _ in range(5)]
    assert flags == [False, False, True, False, False]
    env = tengen.Env("Pendulum-v1", time_limit=0)
    env.reset(seed=0)
    assert not any(env.step(np.zeros(1))[3] for _ in range(300))
    assert gymnasium.make("tengen/Pendulum-v1", max_episode_steps=5).spec.max_episode_steps == 5
    with pytest.raises(ValueError, match="time limit"):
        tengen.Env("Pendulum-v1", time_limit=-1)


def test_actions_that_do_not_exist_are_refused():
    envs = gymnasium.make_vec("tengen/CartPole-v1", num_envs=3)
    with pytest.raises(tengen.Error, match="reset"):
        envs.step(np.zeros(3, int))
    envs.reset(seed=0)
    for wrong, why in (([0, 2, 0], "lane 1: action 2 is outside"), ([0, 0], "2 actions for 3 lanes"),
                       ([0, -1, 0], "lane 1"), ([0.5, 0, 0], "integers"), (["a"] * 3, "integers")):
        with pytest.raises(tengen.UsageError, match=why):
            envs.step(np.array(wrong))
    for right in ([0, 1, 1], np.array([0, 1, 1], np.uint8), np.array([0, 1, 1], np.int32), np.array([True, True, False])):
        if getattr(right, "dtype", None) != np.bool_:
            envs.step(right)
    env = tengen.Env("CartPole-v1")
    env.reset(seed=0)
    assert env.step(np.int64(1))[1] == 1.0
    with pytest.raises(tengen.UsageError):
        env.step(2)


def test_real_actions_are_clipped_and_must_be_numbers():
    results = []
    for push in (2.0, 50.0):
        env = tengen.Env("Pendulum-v1")
        env.reset(seed=0)
        results.append(env.step(np.array([push]))[:2])
    assert np.array_equal(results[0][0], results[1][0])
    with pytest.raises(tengen.UsageError, match="nan"):
        env.step(np.array([np.nan]))
    with pytest.raises(tengen.UsageError, match="1 × 1 numbers"):
        env.step(np.array([1.0, 2.0]))


@pytest.mark.parametrize("name", MASKED)
def test_masks_say_what_is_legal(name):
    envs = gymnasium.make_vec(f"tengen/{name}", num_envs=4, autoreset_mode="SameStep")
    _, infos = envs.reset(seed=0)
    space = envs.single_action_space
    space.seed(1)
    for _ in range(40):
        masks = infos["action_mask"]
        assert masks.dtype == np.int8 and (masks.sum(axis=1) > 0).all() and masks.max() == 1
        infos = envs.step(np.array([space.sample(mask) for mask in masks]))[4]
    env = tengen.Env(name)
    _, info = env.reset(seed=3)
    assert np.array_equal(env.action_masks(), info["action_mask"].astype(bool))


def test_scores_add_up_over_whole_games_and_leave_training_aids_out():
    env = tengen.Env("KungFu-v0", progress_reward=5, size=42)
    _, info = env.reset(seed=0)
    rewards = 0
    assert info["score"] == 0
    for _ in range(60):
        _, reward, _, _, info = env.step(env.oracle())
        rewards += reward
    assert rewards != info["score"]

    lives = tengen.Env("Breakout-v1", episodic_life=True, size=42)
    _, info = lives.reset(seed=0)
    score, ends = 0, 0
    while ends < 3:
        _, reward, terminated, _, info = lives.step(lives.oracle() if score < 5 else 0)
        score += reward
        assert info["score"] == score
        if terminated:
            ends += 1
            assert lives.reset()[1]["score"] == score > 0  # the game goes on
    assert lives.reset(seed=0)[1]["score"] == 0


def test_pictures():
    env = gymnasium.make("tengen/Pong-v1", render_mode="rgb_array")
    env.reset(seed=0)
    assert env.render().shape == (210, 160, 3) and env.metadata["render_fps"] == 15
    envs = gymnasium.make_vec("tengen/Pong-v1", num_envs=2, render_mode="rgb_array")
    envs.reset(seed=0)
    assert len(envs.render()) == 2
    assert tengen.VectorEnv("Pong-v1", 2).render() is None
    with pytest.raises(ValueError, match="render_mode"):
        tengen.Env("Pong-v1", render_mode="ansi")


def test_steps_let_other_threads_run_but_not_into_the_same_environment():
    envs = tengen.VectorEnv("Go-v0", 64, opponent="rollouts", rollouts=500, size=9)
    envs.reset(seed=0)
    passing = np.full(64, 81)
    errors, done = [], threading.Event()

    def intrude():
        while not done.is_set():
            try:
                envs.oracle()
            except tengen.Error as error:
                errors.append(str(error))

    thread = threading.Thread(target=intrude)
    thread.start()
    for _ in range(2):
        try:
            envs.step(passing)
        except tengen.Error as error:
            errors.append(str(error))
    done.set()
    thread.join()
    assert errors and all("another thread" in error for error in errors)


def test_async_environments_and_wrappers_of_gymnasium_work():
    make = lambda: gymnasium.make("tengen/Pong-v1", size=42)  # noqa: E731
    envs = gymnasium.vector.AsyncVectorEnv([make, make])
    assert envs.reset(seed=0)[0].shape == (2, 42, 42)
    envs.close()
    stacked = gymnasium.wrappers.FrameStackObservation(gymnasium.make("tengen/Pong-v1", size=42), 4)
    assert stacked.reset(seed=0)[0].shape == (4, 42, 42)
    recorded = gymnasium.wrappers.vector.RecordEpisodeStatistics(gymnasium.make_vec("tengen/CartPole-v1", num_envs=4))
    recorded.reset(seed=0)
    lengths = []
    for _ in range(100):
        infos = recorded.step(np.zeros(4, int))[4]
        if "episode" in infos:
            lengths += infos["episode"]["l"][infos["_episode"]].tolist()
    assert lengths and all(8 <= length <= 12 for length in lengths)
