"""The environments that there are, and how Gymnasium learns of them."""

import os

import gymnasium

from tengen import _native

NAMESPACE = "tengen"


def environments():
    """Returns the ids of all environments, without namespace, and what each is, in one line: a dictionary."""
    return dict(_native.environments())


def register():
    """Registers with Gymnasium what is not registered yet: each environment as ``tengen/ID``.

    No time limit is registered, because an environment's own may depend on its options; it keeps its clock itself.
    """
    for name in environments():
        full = f"{NAMESPACE}/{name}"
        if full not in gymnasium.registry:
            gymnasium.register(
                id=full,
                entry_point="tengen.single:Env",
                vector_entry_point="tengen.vector:VectorEnv",
                kwargs={"name": name},
            )


def load_plugin(path):
    """Adds the environments of the shared library ``path`` and registers them with Gymnasium.

    Returns their ids. Raises ``tengen.Error`` if the library cannot be loaded, is no plug-in, was built against another
    Tengen, or brings an id that is taken.
    """
    return _loaded(lambda: _native.load_plugin(os.fspath(path)))


def load_plugins(paths):
    """Loads a list like PATH: libraries, or folders of them, separated by colons. As ``load_plugin`` otherwise."""
    return _loaded(lambda: _native.load_plugins(paths))


def _loaded(load):
    before = set(environments())
    load()
    register()
    return [name for name in environments() if name not in before]


def describe(name, **options):
    """Returns what the environment ``name`` is with these options: shapes, ranges, actions, and all options, as TOML.

    Raises ``tengen.UsageError`` for an unknown name or option.
    """
    lanes = _native.Lanes(name, 1, 1, _native.Autoreset.SAME_STEP, None, False, options)
    return {**lanes.spec, "options": lanes.options}
