#!/usr/bin/env python3
"""Fails where an include crosses a wall of docs/architecture.md, or where a file or folder is too large.

    tests/layers.py [ROOT]       check the tree (default: the one this file is in)
    tests/layers.py --self-test  check that planted violations are found, and nothing else is
"""
import re
import sys
import tempfile
from collections import Counter
from pathlib import Path

MAX_LINES = 500
MAX_FILES = 40  # of a folder, not counting those of its folders

CONTRACTS = ["envs/environment.hpp", "envs/vector_env.hpp", "envs/game.hpp"]
EVERYTHING_BELOW = ["core/", "physics/", "envs/", "replay/", "nets/", "agents/"]

# The path prefixes that files of a folder may include from the project; the most specific folder decides.
ALLOWED = {
    "core": ["core/"],
    "physics": ["core/", "physics/"],
    "envs": ["core/", "envs/"],
    "envs/detector": ["core/", "physics/", "envs/"],
    "replay": ["core/", "replay/"],
    "nets": ["core/", "nets/"],
    "agents": ["core/", "replay/", "nets/", "agents/", *CONTRACTS],
    "agents/search": ["core/", "agents/search/", "envs/game.hpp"],
    "agents/design": ["core/", "physics/", "agents/design/", "agents/search/", "envs/game.hpp", "envs/detector/"],
    "python": ["core/", "envs/", "python/"],
    "experiments/remote": ["core/", "envs/", "experiments/remote/"],
    "experiments/runs": [*EVERYTHING_BELOW, "experiments/runs/", "experiments/go/", "experiments/remote/"],
    "experiments/design": [*EVERYTHING_BELOW, "experiments/runs/", "experiments/design/"],
    "experiments/go": ["core/", "envs/", "agents/search/", "experiments/go/"],
    "experiments/viewer": ["core/", "envs/", "agents/agent.hpp", "agents/search/", "experiments/go/",
                           "experiments/viewer/"],
    "experiments": [*EVERYTHING_BELOW, "experiments/"],  # commands, bench, examples
    "experiments/examples/my_env": ["core/", "envs/", ""],  # a project of its own
    "tests": [""],
}
# The folders that may include a library from outside; every folder may include libraries that are not named here.
LIBRARIES = {
    r"torch/|ATen/|c10/": ["nets/", "tests/nets/"],
    r"SDL|imgui": ["experiments/viewer/"],
    r"boost/(asio|beast)": ["experiments/remote/", "tests/experiments/remote/"],
    r"nanobind/|Python\.h": ["python/"],
    r"CLI/": ["experiments/commands/"],
    r"toml\+\+/": ["core/"],
    r"catch2/": ["tests/"],
}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def folder_of(path):
    return max((f for f in ALLOWED if path.startswith(f + "/")), key=len, default=None)


def crosses(path, quote, included):
    """Why `path` may not include `included`, or None."""
    for pattern, folders in LIBRARIES.items():
        if re.match(pattern, included) and not any(path.startswith(f) for f in folders):
            return f"<{included}> is for {' and '.join(folders)} only"
    if quote == '"' and not any(included.startswith(prefix) for prefix in ALLOWED[folder_of(path)]):
        return f'"{included}" is behind a wall for {folder_of(path)}/'
    return None


def sources(root):
    """Every source file, without those that a build has left in the tree."""
    for file in sorted(root.rglob("*")):
        path = file.relative_to(root).as_posix()
        if file.suffix in {".hpp", ".cpp", ".h", ".py"} and not path.startswith("build"):
            yield file, path


def violations(root):
    folders = Counter(path.rpartition("/")[0] for _, path in sources(root))
    for folder, count in folders.items():
        if count > MAX_FILES:
            yield f"{folder}: {count} source files, at most {MAX_FILES}: it is asking to be two folders"
    for file, path in sources(root):
        if folder_of(path) is None:
            continue
        lines = file.read_text(encoding="utf-8").splitlines()
        if len(lines) > MAX_LINES:
            yield f"{path}: {len(lines)} lines, at most {MAX_LINES}: it is asking to be two files"
        for number, line in enumerate(lines, 1):
            if match := INCLUDE.match(line):
                if why := crosses(path, *match.groups()):
                    yield f"{path}:{number}: {why}"


def self_test():
    bad = {
        "core/a.hpp": '#include "envs/environment.hpp"',
        "envs/b.cpp": '#include "replay/replay_buffer.hpp"',
        "replay/c.hpp": "#include <torch/torch.h>",
        "nets/d.hpp": '#include "agents/agent.hpp"',
        "agents/e.cpp": '#include "envs/arcade/pong.hpp"',
        "agents/f.cpp": "  #  include <ATen/ATen.h>",
        "agents/design/nets.cpp": '#include "nets/tensor.hpp"',
        "agents/design/arcade.cpp": '#include "envs/arcade/pong.hpp"',
        "agents/search/nets.cpp": '#include "agents/alphago/elo.hpp"',
        "physics/task.cpp": '#include "envs/detector/calo_task.hpp"',
        "envs/classic/physics.hpp": '#include "physics/showers.hpp"',
        "experiments/commands/g.cpp": "#include <SDL2/SDL.h>",
        "experiments/commands/h.cpp": "#include <boost/asio.hpp>",
        "experiments/remote/agent.cpp": '#include "agents/agent.hpp"',
        "envs/remote.cpp": '#include "experiments/remote/remote_env.hpp"',
        "experiments/runs/command.cpp": '#include "experiments/commands/options.hpp"',
        "experiments/runs/window.cpp": '#include "experiments/viewer/window.hpp"',
        "experiments/runs/options.cpp": "#include <CLI/CLI.hpp>",
        "experiments/go/run.cpp": '#include "experiments/runs/recipe.hpp"',
        "experiments/viewer/run.cpp": '#include "experiments/runs/run.hpp"',
        "envs/i.cpp": "#include <CLI/CLI.hpp>",
        "envs/lanes.cpp": "#include <nanobind/nanobind.h>",
        "python/module/search.cpp": '#include "agents/search/arena.hpp"',
        "core/long.cpp": "\n" * (MAX_LINES + 1),
        "experiments/examples/my_env/j.hpp": "#include <imgui.h>",
        **{f"crowded/{i}.hpp": "" for i in range(MAX_FILES + 1)},
    }
    good = {
        "core/k.hpp": '#include "core/check.hpp"\n#include <vector>\n// #include "envs/x.hpp"',
        "physics/validation/showers.cpp": '#include "physics/showers.hpp"',
        "envs/classic/l.hpp": '#include "core/rng.hpp"\n#include "envs/environment.hpp"',
        "envs/detector/calo.hpp": '#include "physics/calorimeter.hpp"',
        "nets/tensor.hpp": "#include <torch/torch.h>",
        "agents/m.cpp": '#include "nets/tensor.hpp"\n#include "envs/vector_env.hpp"',
        "agents/design/q.cpp": '#include "envs/detector/calo_task.hpp"',
        "python/module/lanes.cpp": '#include <nanobind/nanobind.h>\n#include "envs/registry.hpp"',
        "experiments/viewer/n.cpp": "#include <SDL.h>\n#include <imgui.h>",
        "experiments/remote/r.cpp": '#include <boost/asio.hpp>\n#include "envs/registry.hpp"',
        "experiments/runs/r.cpp": '#include "experiments/remote/remote_env.hpp"',
        "experiments/commands/o.cpp": '#include <CLI/CLI.hpp>\n#include "experiments/runs/run.hpp"',
        "tests/agents/p.cpp": '#include "tests/catch.hpp"\n#include "envs/classic/catch.hpp"',
        **{f"roomy/{i}.hpp": "" for i in range(MAX_FILES)},
    }
    with tempfile.TemporaryDirectory() as folder:
        for path, text in (bad | good).items():
            file = Path(folder, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        found = {v.split(":")[0] for v in violations(Path(folder))}
    planted = {"crowded" if path.startswith("crowded") else path for path in bad}
    assert found == planted, f"missed {sorted(planted - found)}, invented {sorted(found - planted)}"


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent
    found = list(violations(root))
    print("\n".join(found) or "every include keeps to its layer")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
