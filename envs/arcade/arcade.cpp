#include "envs/arcade/arcade.hpp"

namespace tengen::arcade {

ArcadeOptions ArcadeOptions::from(const Config& config) {
  ArcadeOptions options;
  options.frame_skip = config.get<int>("frame_skip", options.frame_skip, 1, 60);
  options.repeat_action_probability =
      config.get<double>("repeat_action_probability", options.repeat_action_probability, 0.0, 1.0);
  options.noop_max = config.get<int>("noop_max", options.noop_max, 0, 1000);
  options.random_start = config.get<int>("random_start", options.random_start, 0, 1000);
  options.max_frames = config.get<int>("max_frames", options.max_frames, 0, 1'000'000'000);
  options.format.size = config.get<int>("size", options.format.size);
  if (options.format.size != 84 && options.format.size != 42)
    throw UsageError("size = {}: pictures are 84 or 42 pixels wide", options.format.size);
  options.format.channels =
      config.choice("colour", "grayscale", {"grayscale", "rgb"}) == "rgb" ? 3 : 1;
  options.episodic_life = config.get<bool>("episodic_life", options.episodic_life);
  options.randomise = config.get<bool>("randomise", options.randomise);
  options.fire_reset = config.get<bool>("fire_reset", options.fire_reset);
  return options;
}

}  // namespace tengen::arcade
