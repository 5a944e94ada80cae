"""Games of the Arcade Learning Environment, by its own vector environment."""

import numpy as np

from tengen.serve.lanes import VectorLanes
from tengen.serve.protocol import Failure

# What our own arcade games call options (docs/arcade.md), and what ALE's vector environment calls them.
_NAMES = {
    "frame_skip": ("frameskip",),
    "size": ("img_height", "img_width"),
    "fire_reset": ("use_fire_reset",),
    "max_frames": ("max_num_frames_per_episode",),
    "episodic_life": ("life_loss_info",),  # it ends an episode at the loss of a life, and the game goes on
}
# Options of ours that ALE has not got, with the value that says so; models that were trained on our games name them.
_OURS = {"random_start": 0, "randomise": False}
# One newest frame, and points as the game counts them: stacks and clipping are the learner's business.
_DEFAULTS = {"stack_num": 1, "reward_clipping": False}


def is_atari(spec):
    """Returns whether Gymnasium's entry is one of ALE's with a vector environment."""
    return str(spec.vector_entry_point).startswith("ale_py.")


def vector_options(kwargs, workers):
    """Returns the arguments of ALE's vector environment for ours: its own names go through."""
    options = dict(_DEFAULTS)
    if workers:
        options["num_threads"] = workers
    for name, value in kwargs.items():
        if name in _OURS:
            if value != _OURS[name]:
                raise Failure("usage", f"{name} = {value}: games of ALE have only {name} = {_OURS[name]}")
            continue
        if name == "colour":
            name, value = "grayscale", value != "rgb"
        for own in _NAMES.get(name, (name,)):
            options[own] = value
    return options


class AtariLanes(VectorLanes):
    """As VectorLanes. The picture of a lane is what the agent sees, for ALE's vector environment draws none."""

    def __init__(self, env, *rest):
        super().__init__(env, *rest)
        self._lives = np.zeros(env.num_envs, np.int32)

    def seeds(self, seeds):
        return np.array(seeds)

    def draw(self, lane):
        picture = self._sections.observation[lane]
        if picture.ndim == 2:
            return np.repeat(picture[:, :, None], 3, axis=2)
        return picture.transpose(1, 2, 0) if picture.shape[0] == 3 else None

    def _begin(self, observation, info):
        super()._begin(observation, info)
        self._lives[:] = info["lives"]

    def _end(self, ended, info):
        super()._end(ended, info)
        lost = ended & (info["lives"] == self._lives - 1)  # after a game they are all there again
        self._sections.game_ended[lost & (self._sections.truncated == 0)] = 0


def names(env):
    """Returns what people call the actions."""
    return [action.name for action in env.ale.get_action_set()]
