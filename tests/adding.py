#!/usr/bin/env python3
"""Does what docs/adding-*.md tell their readers to do, to the letter, and sees whether it works.

    tests/adding.py BUILD [NAME…]   BUILD is a build folder of this tree; NAMEs are parts of documents' names

A document marks its blocks for this test after the language:

    ```cpp file=envs/classic/walk.hpp         a new file
    ```cpp line=envs/builtin.cpp after=TEXT   what goes behind the first line of that file that has TEXT in it
    ```sh new                                 what the reader runs then; `tengen` is the program with the addition

New and changed files go to a temporary folder that the compiler searches before the tree. Only they are compiled,
and linked with the objects of BUILD: a linker takes an archive's member only for what is missing by then.
A new test file becomes a program of its own.
"""
import json
import re
import shlex
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"^```(\w+) (file|line|new)(?:=(\S+))?(?: after=(.+?))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)

LAYERS = ["core", "physics", "envs", "replay", "nets", "agents", "experiments"]  # each above those before it


class Failure(Exception):
    pass


def run(command, folder, path=None):
    done = subprocess.run(command, cwd=folder, text=True, check=False, stdin=subprocess.DEVNULL,
                          env=None if path is None else {"PATH": f"{path}:/usr/bin:/bin", "HOME": str(folder),
                                                         "TENGEN_PROGRAM": str(path / "tengen")},
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise Failure(f"exit code {done.returncode} from\n{command if isinstance(command, str) else shlex.join(command)}\n"
                      f"{done.stdout[-4000:]}")


def with_line(path, overlay, after, code):
    """The file, as changed so far, with `code` behind the first line that contains `after`."""
    file = overlay / path if (overlay / path).exists() else ROOT / path
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    for i, line in enumerate(lines):
        if after in line:
            return "".join(lines[:i + 1] + [code] + lines[i + 1:])
    raise Failure(f"{path} has no line with {after}")


class Build:
    def __init__(self, folder):
        self.folder = folder
        commands = json.loads((folder / "compile_commands.json").read_text(encoding="utf-8"))
        self.compilers = {Path(c["file"]).relative_to(ROOT).as_posix(): shlex.split(c["command"])
                          for c in commands if Path(c["file"]).is_relative_to(ROOT)}
        self.objects = {}  # the sources of every object
        for source, command in self.compilers.items():
            self.objects.setdefault(command[command.index("-o") + 1], []).append(source)

    def sibling(self, path):
        """How a source file in the folder of `path` is compiled, or in the nearest folder above."""
        for folder in Path(path).parents:
            for source, command in self.compilers.items():
                if Path(source).parent == folder and not source.endswith(("kernels.cpp", "data_directory.cpp")):
                    return command
        raise Failure(f"no source file beside {path}: where does it belong?")

    def dependents(self, headers):
        """The sources, tests apart, that include one of these headers, however indirectly."""
        wanted = {str(ROOT / header) for header in headers}
        listed = subprocess.run(["ninja", "-t", "deps"], cwd=self.folder, text=True, check=True,
                                stdout=subprocess.PIPE).stdout
        found = set()
        for block in listed.split("\n\n"):
            lines = [line.strip() for line in block.splitlines()]
            if any(line in wanted for line in lines[1:]):
                found.update(source for source in self.objects.get(lines[0].split(":")[0], [])
                             if not source.startswith("tests/"))
        return sorted(found)

    def compile(self, path, overlay):
        command = list(self.compilers.get(path) or self.sibling(path))
        objects = overlay / "objects" / (path.replace("/", "_") + ".o")
        objects.parent.mkdir(exist_ok=True)
        command[command.index("-o") + 1] = str(objects)
        command[command.index("-c") + 1] = str(overlay / path if (overlay / path).exists() else ROOT / path)
        command.insert(1, f"-I{overlay}")
        run(command, self.folder)
        return path, objects

    def link(self, target, output, objects, without=None):
        """`target` with these objects in place of its own of the same source, or of all those that `without` picks."""
        listed = subprocess.run(["ninja", "-t", "commands", target], cwd=self.folder, text=True, check=True,
                                stdout=subprocess.PIPE).stdout.splitlines()[-1]
        words = shlex.split(listed.split(" && ")[1])  # ": && LINKER … && :", or some other command behind
        replaced = [source + ".o" for source in objects]
        kept = [w for w in words
                if not (w.endswith(".o") and (any(w.endswith(r.split("/", 1)[-1]) for r in replaced)
                                              or (without and without(w))))]
        kept[kept.index("-o") + 1] = str(output)
        at = kept.index("-o")
        run(kept[:at] + [str(o) for o in objects.values()] + kept[at:], self.folder)


def follow(document, build):
    blocks = BLOCK.findall(document.read_text(encoding="utf-8"))
    if not blocks:
        raise Failure("no block says file=, line= or new")
    with tempfile.TemporaryDirectory() as folder:
        overlay = Path(folder)
        files, commands = [], []
        for _, kind, path, after, code in blocks:
            if kind == "new":
                commands.append(code)
                continue
            if kind == "file" and (ROOT / path).exists():
                raise Failure(f"{path} exists already")
            file = overlay / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(code if kind == "file" else with_line(path, overlay, after, code), encoding="utf-8")
            files += [] if path in files else [path]
        changed = build.dependents([p for p in files if p.endswith(".hpp")])
        if not commands:  # no program: the library under test suffices
            changed = [p for p in changed if any(p.split("/")[0] == f.split("/")[0] for f in files)]
        sources = sorted({p for p in files if p.endswith(".cpp")} | set(changed))
        with ThreadPoolExecutor(2) as pool:
            objects = dict(pool.map(lambda p: build.compile(p, overlay), sources))
        tests = {p: o for p, o in objects.items() if p.startswith("tests/")}
        program = {p: o for p, o in objects.items() if p not in tests}
        (overlay / "bin").mkdir()
        if commands:
            build.link("tengen", overlay / "bin/tengen", program)
        for path, object_file in tests.items():
            layer = test_program(path)
            below = {p: o for p, o in program.items() if is_below(p, path)}
            build.link(layer, overlay / "bin/test", {**below, path: object_file},
                       without=lambda w, own=layer: f"{own}.dir/" in w and w.endswith(("_test.cpp.o", "/contract.cpp.o")))
            run([str(overlay / "bin/test")], overlay, path=overlay / "bin")
        for code in commands:
            run(["bash", "-euo", "pipefail", "-c", code], overlay, path=overlay / "bin")


def is_below(source, test):
    """Whether the test program of `test` is linked with the library of `source`; those of experiments start the program."""
    own, tested = source.split("/")[0], test.split("/")[1]
    return tested != "experiments" and LAYERS.index(own) <= LAYERS.index(tested)


def test_program(path):
    """Of tests/CMakeLists.txt, the program that a test file belongs to."""
    for folder in ("agents/search", "agents/design", "experiments/go", "experiments/viewer"):
        if path.startswith(f"tests/{folder}/"):
            return f"tengen_{folder.split('/')[1]}_tests"
    return f"tengen_{path.split('/')[1]}_tests"


def main():
    build, names = Build(Path(sys.argv[1]).resolve()), sys.argv[2:]
    documents = [d for d in sorted((ROOT / "docs").glob("adding-*.md")) if not names or any(n in d.name for n in names)]
    faults = 0
    for document in documents:
        try:
            follow(document, build)
            print(f"{document.name}: works as written", flush=True)
        except Failure as failure:
            faults += 1
            print(f"{document.name}: {failure}", flush=True)
    return 1 if faults or not documents else 0


if __name__ == "__main__":
    sys.exit(main())
