#!/usr/bin/env python3
"""Fails where an include crosses a wall of docs/architecture.md, or where a source file is too long.

    tests/layers.py [ROOT]       check the tree (default: the one this file is in)
    tests/layers.py --self-test  check that planted violations are found, and nothing else is
"""
import re
import sys
import tempfile
from pathlib import Path

MAX_LINES = 500

# What a folder may include from the project, as path prefixes; the most specific folder decides.
ALLOWED = {
    "core": ["core/"],
    "envs": ["core/", "envs/"],
    "replay": ["core/", "replay/"],
    "nets": ["core/", "nets/"],
    "agents": ["core/", "replay/", "nets/", "agents/",
               "envs/environment.hpp", "envs/vector_env.hpp", "envs/game.hpp"],
    "agents/design": ["core/", "agents/", "envs/game.hpp", "envs/detector/design_problem.hpp"],
    "experiments": ["core/", "envs/", "replay/", "nets/", "agents/", "experiments/"],
    "experiments/examples/my_env": ["core/", "envs/", ""],  # a project of its own
    "tests": [""],
}
# Which folders may include a library from outside; libraries not named here are anyone's.
LIBRARIES = {
    r"torch/|ATen/|c10/": ["nets/", "tests/nets/"],
    r"SDL|imgui": ["experiments/viewer/"],
    r"boost/(asio|beast)": ["experiments/remote/"],
    r"CLI/": ["experiments/"],
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


def violations(root):
    for file in sorted(root.rglob("*")):
        path = file.relative_to(root).as_posix()
        if file.suffix not in {".hpp", ".cpp", ".h", ".py"} or folder_of(path) is None:
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
        "agents/design/p.cpp": '#include "envs/detector/calorimeter.hpp"',
        "agents/f.cpp": "  #  include <ATen/ATen.h>",
        "experiments/g.cpp": "#include <SDL2/SDL.h>",
        "experiments/h.cpp": "#include <boost/asio.hpp>",
        "envs/i.cpp": "#include <CLI/CLI.hpp>",
        "core/long.cpp": "\n" * (MAX_LINES + 1),
        "experiments/examples/my_env/j.hpp": "#include <imgui.h>",
    }
    good = {
        "core/k.hpp": '#include "core/check.hpp"\n#include <vector>\n// #include "envs/x.hpp"',
        "envs/classic/l.hpp": '#include "core/rng.hpp"\n#include "envs/environment.hpp"',
        "nets/tensor.hpp": "#include <torch/torch.h>",
        "agents/m.cpp": '#include "nets/tensor.hpp"\n#include "envs/vector_env.hpp"',
        "agents/design/q.cpp": '#include "envs/detector/design_problem.hpp"',
        "experiments/viewer/n.cpp": "#include <SDL.h>\n#include <imgui.h>",
        "experiments/o.cpp": '#include <CLI/CLI.hpp>\n#include "experiments/run.hpp"',
        "tests/agents/p.cpp": '#include "tests/catch.hpp"\n#include "envs/classic/catch.hpp"',
    }
    with tempfile.TemporaryDirectory() as folder:
        for path, text in (bad | good).items():
            file = Path(folder, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        found = sorted(v.split(":")[0] for v in violations(Path(folder)))
    assert found == sorted(bad), f"planted {sorted(bad)}, found {found}"


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent
    found = list(violations(root))
    print("\n".join(found) or "every include keeps to its layer")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
