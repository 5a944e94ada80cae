"""Environments of Tengen as users of Stable-Baselines3 meet them."""

import gymnasium
import numpy as np
import pytest

pytest.importorskip("stable_baselines3")
import torch  # noqa: E402
from stable_baselines3 import A2C, DQN, PPO  # noqa: E402
from stable_baselines3.common.env_checker import check_env  # noqa: E402
from stable_baselines3.common.evaluation import evaluate_policy  # noqa: E402
from stable_baselines3.common.vec_env import DummyVecEnv, VecFrameStack, VecMonitor  # noqa: E402

import tengen  # noqa: E402
import tengen.sb3  # noqa: E402


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", tengen.environments())
def test_every_environment_keeps_sb3s_contract(name):
    check_env(tengen.Env(name))


@pytest.mark.parametrize("name, limit", [("Catch-v0", None), ("Pendulum-v1", 7), ("CartPole-v1", 20)])
def test_lanes_do_what_sb3s_own_do(name, limit):
    ours = tengen.sb3.VecEnv(name, 5, max_episode_steps=limit)
    theirs = DummyVecEnv([lambda: tengen.Env(name, time_limit=limit)] * 5)
    for envs in (ours, theirs):
        envs.seed(4)
    assert np.array_equal(ours.reset(), theirs.reset())
    rng = np.random.default_rng(0)
    ends = 0
    for _ in range(60):
        discrete = isinstance(ours.action_space, gymnasium.spaces.Discrete)
        actions = rng.integers(0, ours.action_space.n, 5) if discrete else rng.uniform(-2, 2, (5, 1))
        got, wanted = ours.step(actions), theirs.step(actions)
        for a, b in zip(got[:3], wanted[:3], strict=True):
            assert np.array_equal(a, b)
        for mine, reference in zip(got[3], wanted[3], strict=True):
            assert mine["TimeLimit.truncated"] == reference["TimeLimit.truncated"]
            assert ("terminal_observation" in mine) == ("terminal_observation" in reference)
            if "terminal_observation" in mine:
                ends += 1
                assert np.array_equal(mine["terminal_observation"], reference["terminal_observation"])
                assert mine["score"] == reference["score"]
    assert ends > 5


def test_pictures_have_channels_and_can_be_stacked():
    envs = VecFrameStack(tengen.sb3.VecEnv("Pong-v1", 2), 4, channels_order="first")
    assert envs.reset().shape == (2, 4, 84, 84)
    PPO("CnnPolicy", envs, n_steps=8, batch_size=16, n_epochs=1, device="cpu").learn(16)


def test_masks_and_attributes():
    envs = tengen.sb3.VecEnv("TicTacToe-v0", 3, render_mode="rgb_array")
    envs.seed(0)
    envs.reset()
    masks = np.stack(envs.env_method("action_masks"))
    assert masks.shape == (3, 9) and masks.dtype == np.bool_ and masks.any()
    assert envs.has_attr("action_masks") and envs.env_method("action_masks", indices=1)[0].shape == (9,)
    assert envs.get_attr("render_mode", [0, 2]) == ["rgb_array"] * 2
    assert envs.render().ndim == 3
    with pytest.raises(AttributeError, match="no method lives"):
        envs.env_method("lives")
    with pytest.raises(AttributeError, match="cannot set"):
        envs.set_attr("x", 1)


def test_maskable_ppo_plays_legal_moves_only():
    maskable = pytest.importorskip("sb3_contrib").MaskablePPO
    envs = VecMonitor(tengen.sb3.VecEnv("TicTacToe-v0", 8))
    maskable("MlpPolicy", envs, n_steps=32, batch_size=64, n_epochs=1, seed=0, device="cpu").learn(512)
    lengths = envs.episode_count
    assert lengths > 50


LEARNERS = {
    "PPO": (PPO, 8, 12_000, {"n_steps": 32, "batch_size": 256, "gae_lambda": 0.8, "gamma": 0.98, "n_epochs": 10,
                             "learning_rate": 1e-3}),
    "A2C": (A2C, 8, 20_000, {"n_steps": 8, "learning_rate": 2e-3}),
    "DQN": (DQN, 4, 16_000, {"learning_rate": 1e-3, "batch_size": 64, "learning_starts": 500, "train_freq": 4,
                             "gradient_steps": 8, "target_update_interval": 200, "exploration_fraction": 0.3,
                             "exploration_final_eps": 0.04}),
}


@pytest.mark.parametrize("name", LEARNERS)
def test_sb3s_learners_learn(name):
    torch.set_num_threads(1)
    learner, lanes, steps, settings = LEARNERS[name]
    model = learner("MlpPolicy", tengen.sb3.VecEnv("CartPole-v1", lanes), seed=1, device="cpu", **settings)
    model.learn(steps)
    mean, _ = evaluate_policy(model, VecMonitor(tengen.sb3.VecEnv("CartPole-v1", 16)), 32)
    assert mean > 100  # random play: 22
