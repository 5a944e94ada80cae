#!/usr/bin/env python3
"""Holds README.md, CONTRIBUTING.md, docs/ and its notes in docs/log/ to what is there.

    tests/documents.py PROGRAM      PROGRAM is the built `tengen`
    tests/documents.py --self-test  check that planted faults are found, and nothing else is

Every link into the repository, pictures included, must lead somewhere, to a heading where it names one. Every path
in backquotes that begins with a folder of ours must exist, except in notes, which tell of their day. Every ```cpp
block of the README must stand word for word in experiments/examples/. Every ```sh test block must run, in a folder
of its own, without an error.
"""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
PATH = re.compile(r"`((?:core|physics|envs|replay|nets|agents|python|experiments|tests|scripts|cmake|docs)/[\w./-]*)`")
BLOCK = re.compile(r"^```(\w+)( [^\n]*)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def plain(code):
    """Code without indentation and blank lines: a block may show the inside of a function."""
    return "\n".join(line.strip() for line in code.splitlines() if line.strip())


def prose(document):
    return BLOCK.sub("", document.read_text(encoding="utf-8"))  # a lambda in code looks like a link


def anchors(document):
    """What GitHub calls the headings: letters, digits and hyphens in lower case."""
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in HEADING.findall(prose(document))}


def broken_links(document):
    for file, heading in LINK.findall(prose(document)):
        target = document.parent / file if file else document
        if not target.exists():
            yield f"{document.relative_to(ROOT)}: no such file: {file}"
        elif heading and heading not in anchors(target):
            yield f"{document.relative_to(ROOT)}: no such heading: {file}#{heading}"


def missing_paths(document):
    for path in PATH.findall(prose(document)):
        if not any((ROOT / (path + suffix)).exists() for suffix in ("", ".hpp", ".cpp")):
            yield f"{document.relative_to(ROOT)}: no such path: {path}"


def strange_code(document):
    examples = [plain(f.read_text(encoding="utf-8")) for f in (ROOT / "experiments/examples").rglob("*pp")]
    for language, _, code in BLOCK.findall(document.read_text(encoding="utf-8")):
        if language == "cpp" and not any(plain(code) in example for example in examples):
            yield f"{document.relative_to(ROOT)}: this code is in no example:\n{code}"


def failing_commands(document, program):
    for _, test, code in BLOCK.findall(document.read_text(encoding="utf-8")):
        if test != " test":
            continue
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "build").mkdir()
            Path(folder, "build/release").symlink_to(program.parent)
            done = subprocess.run(["bash", "-euo", "pipefail", "-c", code], cwd=folder, text=True, check=False,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode != 0:
            yield f"{document.relative_to(ROOT)}: exit code {done.returncode} from\n{code}\n{done.stdout}"


def self_test():
    global ROOT
    with tempfile.TemporaryDirectory() as folder:
        ROOT = Path(folder)
        (ROOT / "core").mkdir()
        (ROOT / "core/rng.hpp").touch()
        document = ROOT / "a.md"
        document.write_text("# One, two\n[a](a.md#one-two) [b](b.md) [c](#three) `core/rng` `core/none.hpp`\n")
        found = [*broken_links(document), *missing_paths(document)]
    assert found == ["a.md: no such file: b.md", "a.md: no such heading: #three", "a.md: no such path: core/none.hpp"], found


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    program = Path(sys.argv[1]).resolve()
    readme = ROOT / "README.md"
    documents = [readme, ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
    faults = [fault for d in documents for fault in broken_links(d)]
    faults += [fault for d in documents if d.parent.name != "log" for fault in missing_paths(d)]
    faults += strange_code(readme)
    faults += [fault for d in documents for fault in failing_commands(d, program)]
    print("\n".join(faults) or f"{len(documents)} documents keep their word")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
