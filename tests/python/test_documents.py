"""The blocks of docs/python.md, run from top to bottom."""

import importlib.util
import re
import warnings
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parents[2] / "docs/python.md"
BLOCK = re.compile(r"^```python( \w+)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_tour_runs():
    text = DOCUMENT.read_text(encoding="utf-8")
    names = {}
    ran = 0
    for match in BLOCK.finditer(text):
        needs, code = (match[1] or "").strip(), match[2]
        if needs and importlib.util.find_spec({"sb3": "stable_baselines3"}[needs]) is None:
            continue
        line = text.count("\n", 0, match.start()) + 1
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile("\n" * line + code, str(DOCUMENT), "exec"), names)
        ran += 1
    assert ran >= 7


def test_the_server_options_are_all_described():
    from tengen.serve.__main__ import parser

    text = DOCUMENT.read_text(encoding="utf-8")
    options = {option for action in parser()._actions for option in action.option_strings if option.startswith("--")}
    for option in options - {"--help", "--max-connections"}:
        assert f"`{option}" in text or f", `{option}" in text, option
