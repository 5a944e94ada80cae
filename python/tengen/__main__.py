"""``python -m tengen`` lists environments and board games; ``python -m tengen NAME`` describes one."""

import sys

import tengen
from tengen import _native


def main(arguments):
    if arguments in (["-h"], ["--help"]):
        print(__doc__)
        return 0
    try:
        for name in arguments:
            _describe(name)
    except tengen.UsageError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    if not arguments:
        _list("environments, as gymnasium.make(\"tengen/NAME\")", _native.environments())
        _list("board games, as tengen.pettingzoo.env(\"NAME\")", _native.boards())
    return 0


def _list(title, rows):
    print(f"{title}:")
    for name, text in rows:
        print(f"  {name:<28} {text}")


def _describe(name):
    about = tengen.describe(name.removeprefix("tengen/"))
    options = about.pop("options")
    print(name)
    for key, value in about.items():
        print(f"  {key:<18} {value}")
    if options:
        print("options and their defaults:")
        print("".join(f"  {line}\n" for line in options.splitlines()), end="")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
