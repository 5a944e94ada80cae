"""``python -m tengen.serve ALE/Pong-v5`` serves an environment of Gymnasium's to the program `tengen`.

Every connection has environments of its own. They restart within a step; games of the Arcade Learning Environment, and
other ids whose vector environment can do so, step all lanes together, the rest in worker processes.
"""

import argparse
import importlib
import json
import os
import signal
import sys

import gymnasium

from tengen.serve.addresses import AddressError, listen
from tengen.serve.making import Recipe, said
from tengen.serve.server import Server


class UsageError(Exception):
    """The command line is wrong."""


def parser():
    """Returns the parser of the command line."""
    parse = argparse.ArgumentParser(prog="python -m tengen.serve", description=__doc__)
    parse.add_argument("id", help="Gymnasium's id of the environment, e.g. ALE/Pong-v5")
    parse.add_argument("--listen", default="unix:tengen.sock", metavar="ADDRESS", help="unix:PATH or tcp:HOST:PORT")
    parse.add_argument("--lanes", type=int, default=8, help="for clients that do not say how many they want")
    parse.add_argument("--max-lanes", type=int, default=4096, help="a client gets no more")
    parse.add_argument("--max-connections", type=int, default=64)
    parse.add_argument("--workers", type=int, default=0, help="processes or threads for each connection; default: cores")
    parse.add_argument("--kwargs", default="{}", metavar="JSON", help="arguments of gymnasium.make")
    parse.add_argument("--wrapper", action="append", default=[], metavar="NAME[:JSON]",
                       help="module.function to wrap every environment with, innermost first, and its arguments")
    parse.add_argument("--import", action="append", default=[], dest="modules", metavar="MODULE",
                       help="a module that registers environments")
    parse.add_argument("--token-file", help="has the secret that clients must know; default: TENGEN_TOKEN")
    parse.add_argument("--allow-remote", action="store_true", help="listen on other interfaces than loopback")
    return parse


def main(arguments=None):
    """Runs the server; returns the exit code."""
    given = parser().parse_args(arguments)
    try:
        recipe = make_recipe(given)
        token = read_token(given)
        sock, address = listen(given.listen, given.allow_remote, token)
    except (UsageError, AddressError, gymnasium.error.Error) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    try:
        print(f"serving {recipe.id} on {address}", flush=True)
        limits = (given.lanes, given.max_lanes, token)
        number = Server(sock, recipe, limits, given.max_connections).run()
    finally:
        if address.startswith("unix:"):
            os.unlink(address.removeprefix("unix:"))
    return 130 if number == signal.SIGINT else 128 + number


def make_recipe(given):
    """Returns what the command line describes. Raises UsageError."""
    for name in ("lanes", "max_lanes", "max_connections"):
        if getattr(given, name) < 1:
            raise UsageError(f"--{name.replace('_', '-')} {getattr(given, name)}: at least 1")
    if given.workers < 0:
        raise UsageError(f"--workers {given.workers}: at least 0")
    namespace = given.id.split("/")[0]
    usual = {"ALE": ["ale_py"], "tengen": ["tengen"]}.get(namespace, [])
    for module in [*usual, *given.modules]:
        imported(module)
    wrappers = []
    for wrapper in given.wrapper:
        name, _, arguments = wrapper.partition(":")
        module, _, function = name.rpartition(".")
        if not module:
            raise UsageError(f"--wrapper {wrapper}: write module.function")
        try:
            wrap = getattr(imported(module), function)
        except AttributeError as error:
            raise UsageError(f"--wrapper {wrapper}: {error}") from error
        wrappers.append((wrap, json_object("--wrapper", arguments or "{}")))
    recipe = Recipe(given.id, json_object("--kwargs", given.kwargs), wrappers, given.workers)
    recipe.spec()
    return recipe


def imported(module):
    """Returns the module. Raises UsageError if it cannot be imported."""
    try:
        return importlib.import_module(module)
    except Exception as error:
        raise UsageError(f"cannot import {module}: {said(error)}") from error


def json_object(option, text):
    """Returns a dictionary. Raises UsageError for anything else."""
    try:
        value = json.loads(text)
    except ValueError as error:
        raise UsageError(f"{option} {text}: {error}") from error
    if not isinstance(value, dict):
        raise UsageError(f"{option} {text}: write a JSON object, {{\"name\": value}}")
    return value


def read_token(given):
    """Returns the shared secret, or an empty string if there is none."""
    if not given.token_file:
        return os.environ.get("TENGEN_TOKEN", "")
    try:
        with open(given.token_file, encoding="utf-8") as file:
            token = file.read().strip()
    except OSError as error:
        raise UsageError(f"--token-file: {error}") from error
    if not token:
        raise UsageError(f"--token-file {given.token_file} is empty")
    return token


if __name__ == "__main__":
    sys.exit(main())
