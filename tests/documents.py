#!/usr/bin/env python3
"""Holds README.md and docs/ to what is there.

    tests/documents.py PROGRAM   PROGRAM is the built `tengen`

Every link into the repository must lead somewhere; every ```cpp block of the README must stand word for word
in experiments/examples/; every ```sh test block must run, in a folder of its own, without an error.
"""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)[^)]*\)")
BLOCK = re.compile(r"^```(\w+)( test)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def plain(code):
    """Code without indentation and blank lines: a block may show the inside of a function."""
    return "\n".join(line.strip() for line in code.splitlines() if line.strip())


def broken_links(document):
    prose = BLOCK.sub("", document.read_text(encoding="utf-8"))  # a lambda in code looks like a link
    for target in LINK.findall(prose):
        if not (document.parent / target).exists():
            yield f"{document.relative_to(ROOT)}: no such file: {target}"


def strange_code(document):
    examples = [plain(f.read_text(encoding="utf-8")) for f in (ROOT / "experiments/examples").rglob("*pp")]
    for language, _, code in BLOCK.findall(document.read_text(encoding="utf-8")):
        if language == "cpp" and not any(plain(code) in example for example in examples):
            yield f"{document.relative_to(ROOT)}: this code is in no example:\n{code}"


def failing_commands(document, program):
    for _, test, code in BLOCK.findall(document.read_text(encoding="utf-8")):
        if not test:
            continue
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "build").mkdir()
            Path(folder, "build/release").symlink_to(program.parent)
            done = subprocess.run(["bash", "-euo", "pipefail", "-c", code], cwd=folder, text=True, check=False,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode != 0:
            yield f"{document.relative_to(ROOT)}: exit code {done.returncode} from\n{code}\n{done.stdout}"


def main():
    program = Path(sys.argv[1]).resolve()
    readme = ROOT / "README.md"
    documents = [readme, ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
    faults = [fault for d in documents for fault in broken_links(d)]
    faults += strange_code(readme)
    faults += [fault for d in documents for fault in failing_commands(d, program)]
    print("\n".join(faults) or f"{len(documents)} documents keep their word")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
