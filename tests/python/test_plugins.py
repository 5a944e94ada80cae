"""Environments from shared libraries: experiments/examples/my_env, built by the C++ tests."""

import os
import subprocess
import sys

import gymnasium
import numpy as np
import pytest

import tengen

PLUGIN = os.environ.get("TENGEN_TEST_PLUGIN")
needs_plugin = pytest.mark.skipif(not PLUGIN, reason="TENGEN_TEST_PLUGIN does not name libplugin_my_env.so")


@needs_plugin
def test_a_plugins_environments_are_like_any_other():
    new = tengen.load_plugin(PLUGIN)
    assert len(new) == 1 and f"tengen/{new[0]}" in gymnasium.registry
    envs = gymnasium.make_vec(f"tengen/{new[0]}", num_envs=20, threads=2)
    envs.reset(seed=0)
    for _ in range(20):
        observation = envs.step(envs.action_space.sample())[0]
    assert np.isfinite(observation).all()
    with pytest.raises(tengen.Error, match="already registered"):
        tengen.load_plugin(PLUGIN)


@needs_plugin
def test_the_environments_variable_lists_plugins():
    code = "import tengen; print(len(tengen.environments()))"
    counts = []
    for listed in ("", PLUGIN):
        env = {**os.environ, "TENGEN_PLUGIN_PATH": listed}
        done = subprocess.run([sys.executable, "-c", code], env=env, text=True, capture_output=True, check=True)
        counts.append(int(done.stdout))
    assert counts[1] == counts[0] + 1


def test_what_is_no_plugin_is_named(tmp_path):
    with pytest.raises(tengen.Error, match="nothing.so' does not exist"):
        tengen.load_plugin(tmp_path / "nothing.so")
    (tmp_path / "text.so").write_text("x")
    with pytest.raises(tengen.Error, match="text.so"):
        tengen.load_plugins(str(tmp_path))


def test_the_module_lists_and_describes():
    def run(*arguments):
        return subprocess.run([sys.executable, "-m", "tengen", *arguments], text=True, capture_output=True, check=False)

    assert "Pong-v1" in run().stdout and "Three in a row" in run().stdout
    assert "frame_skip = 4" in run("tengen/Pong-v1").stdout
    wrong = run("Pnog-v0")
    assert wrong.returncode == 2 and "did you mean 'Pong-v1'" in wrong.stderr
