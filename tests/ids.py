#!/usr/bin/env python3
"""Fails where the id of an agent, game, environment or design task is compared with a string, or looked up in a list,
outside the tables that these ids stand in: such code has to be found and changed whenever one is added.

    tests/ids.py [ROOT]       check the tree (default: the one this file is in)
    tests/ids.py --self-test  check that planted comparisons are found, and nothing else is
"""
import fnmatch
import re
import sys
import tempfile
from pathlib import Path

from layers import sources

# The tables: a row is where an id belongs.
TABLES = [
    "agents/registry.cpp",
    "envs/builtin.cpp",
    "envs/*/entries.cpp",
    "envs/board/board_games.hpp",
    "experiments/runs/games.cpp",
    "experiments/design/design_agents.cpp",  # the agents that design, with their settings
    "experiments/bench/*.cpp",  # what is measured
    "experiments/examples/*",  # projects of their own
]
NOT_ONLY_AGENTS = {"random"}  # opponents and players of games are called so, too

AGENT = re.compile(r"\bentry_of\((\w+)\)")  # a line of agents/registry.cpp
WORLD = r"[A-Z]\w*-v\d+"  # an environment, a game or a design task
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)


def comparison(agents):
    """Matches an id in a comparison, or as the first thing in braces: a row of some list."""
    text = '"(?:' + "|".join([WORLD, *map(re.escape, sorted(agents))]) + ')"s?v?'
    return re.compile(rf"[=!]=\s*{text}|{text}\s*[=!]=|\{{\s*{text}\s*,|"
                      rf"\b(?:compare|contains|count|starts_with|strcmp)\([^()\"]*{text}")


def violations(root):
    agents = set(AGENT.findall(Path(root, "agents/registry.cpp").read_text(encoding="utf-8")))
    if not agents:
        yield "agents/registry.cpp: no entry_of(NAME), by which this test knows agents"
    pattern = comparison(agents - NOT_ONLY_AGENTS)
    for file, path in sources(root):
        if path.startswith("tests/") or not path.endswith("pp") or any(fnmatch.fnmatch(path, table) for table in TABLES):
            continue
        code = COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), file.read_text(encoding="utf-8"))
        for match in pattern.finditer(code):
            line = code.count("\n", 0, match.start()) + 1
            yield f"{path}:{line}: {' '.join(match[0].split())}: ask the table that the id stands in"


def self_test():
    registry = '#define TENGEN_LEARNERS(entry_of) \\\n  entry_of(ppo) \\\n  entry_of(random)\n'
    bad = {
        "experiments/runs/a.cpp": 'if (recipe.algo == "ppo") return 1;',
        "experiments/runs/b.hpp": 'return "ppo"sv != algo;',
        "experiments/commands/c.cpp": 'if (options.game !=\n    "Go-v0") return;',
        "agents/d.cpp": 'if (name.starts_with("ppo")) return;',
        "envs/detector/e.cpp": 'const Case kCases[] = {{"CaloBuild-v0", 3}};',
        "experiments/viewer/f.cpp": 'if (std::strcmp(id, "Pong-v0") == 0) return;',
    }
    good = {
        "agents/registry.cpp": registry,
        "agents/ppo.cpp": 'return {.name = "ppo", .agent = make};',
        "envs/arcade/entries.cpp": 'registry.add({"Pong-v0", "Pong", make_pong});',
        "envs/classic/catch.hpp": 'return {.name = "Catch-v0"};',
        "experiments/commands/g.cpp": 'const auto agent = find_agent("ppo");  // == "ppo"',
        "experiments/runs/h.cpp": 'if (what == "random") return;\n/* "Go-v0" == */',
        "experiments/bench/i.cpp": 'constexpr Case kCases[] = {{"Pong-v0", 8}};',
        "experiments/runs/j.cpp": 'if (algo == "ppo2") return;',
        "tests/k.cpp": 'CHECK(spec.name == "Pong-v0");',
    }
    with tempfile.TemporaryDirectory() as folder:
        for path, text in (bad | good).items():
            file = Path(folder, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        found = {violation.split(":")[0] for violation in violations(Path(folder))}
    assert found == set(bad), f"missed {sorted(set(bad) - found)}, invented {sorted(found - set(bad))}"


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent
    found = list(violations(root))
    print("\n".join(found) or "every id stands in its table alone")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
