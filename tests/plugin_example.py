#!/usr/bin/env python3
"""Builds experiments/examples/my_env outside the tree and uses it as its README says.

    tests/plugin_example.py TENGEN BUILD_TREE CMAKE
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parent.parent / "experiments" / "examples" / "my_env"


def main(tengen, build_tree, cmake):
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "my_env"
        shutil.copytree(EXAMPLE, project)
        environment = {**os.environ, "SDL_VIDEODRIVER": "dummy"}
        environment.pop("TENGEN_PLUGIN_PATH", None)

        def call(*command, **more):
            result = subprocess.run(command, cwd=project, env={**environment, **more}, text=True,
                                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            if result.returncode != 0:
                sys.exit(f"{' '.join(map(str, command))}: exit code {result.returncode}\n{result.stdout}")
            return result.stdout

        call(cmake, "-S", ".", "-B", "build", f"-Dtengen_DIR={build_tree}")
        call(cmake, "--build", "build")
        plugin = ["--plugin", "build/libmy_env.so"]

        assert "Walk-v0" in call(tengen, "list", "envs", *plugin)
        assert "Walk-v0" in call(tengen, "list", "envs", TENGEN_PLUGIN_PATH=str(project / "build"))
        verdicts = [json.loads(line)["verdict"]
                    for line in call(tengen, "check", "Walk-v0", "--json", *plugin).splitlines()]
        assert len(verdicts) >= 15 and set(verdicts) == {"pass"}, verdicts

        call(tengen, "train", "walk-dqn.toml", *plugin, "--out", "run", "--quiet")
        result = json.loads(call(tengen, "eval", "run", "--json").splitlines()[-1])
        assert result["mean_reward"] > 0.8, result  # the best return is 1 − 0.01 (steps − 1)

        call(tengen, "watch", "run", "--record", "walk.gif", "--frames", "20")
        assert (project / "walk.gif").read_bytes().startswith(b"GIF8")


if __name__ == "__main__":
    main(*sys.argv[1:])
