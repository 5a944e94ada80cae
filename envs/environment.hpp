// The contract of an environment. One environment is one plain struct in one file.
#pragma once

#include "core/archive.hpp"
#include "core/canvas.hpp"
#include "core/rng.hpp"
#include "core/space.hpp"
#include "core/view.hpp"

#include <concepts>
#include <optional>
#include <span>
#include <string>
#include <type_traits>

namespace tengen {

/// The result of one step. An environment does not know about time limits: the vector environment
/// keeps the clock and truncates.
struct Outcome {
  float reward = 0;         ///< finite, below 1e15 in size
  bool terminated = false;  ///< the task ended; the next call is reset()
};

/// An environment is a plain value: copy it to save a state, to search, or to test.
///
/// E::Element, of observations, is std::uint8_t or float. E::Action is int in [0, n) (Discrete) or
/// std::span<const float> with one value per dimension, each within its bounds (Box).
///
///   spec()             shapes, ranges and names; the same for the whole life of a value
///   reset(rng)         starts an episode
///   step(action, rng)  never called after termination until the next reset
///   observe(out)       writes every element of `out` (spec().observation.shape.count() of them),
///                      each within [low, high] of the spec
///
/// reset and step draw all randomness from the argument. Whatever they throw ends the command with
/// an error that names environment, lane and step.
///
/// Optional members are found by name (see below): legal, draw, oracle, scored, goes_on, valid,
/// save and load.
template <class E>
concept Environment = std::copyable<E> && requires(E env, const E& seen, typename E::Action action,
                                                   Rng& rng, std::span<typename E::Element> out) {
  { seen.spec() } -> std::same_as<EnvSpec>;
  { env.reset(rng) } -> std::same_as<void>;
  { env.step(action, rng) } -> std::same_as<Outcome>;
  { seen.observe(out) } -> std::same_as<void>;
};

/// `void legal(std::span<std::uint8_t> mask) const` writes one byte per action (Discrete only): 1
/// where it may be taken now, else 0. Before the task has terminated never all 0.
template <class E>
concept HasLegal = requires(const E& env, std::span<std::uint8_t> mask) {
  env.legal(mask);
};
/// `void draw(Canvas&) const` draws a picture for people and sizes the canvas itself.
template <class E>
concept HasDraw = requires(const E& env, Canvas& canvas) {
  env.draw(canvas);
};
/// `int oracle() const` is the legal action that a scripted expert, who sees the whole state, would
/// take now (Discrete only).
template <class E>
concept HasOracle = requires(const E& env) {
  { env.oracle() } -> std::convertible_to<int>;
};
/// `float scored() const` is the last step's reward without parts that only help training. Scores
/// are sums of it.
template <class E>
concept HasScored = requires(const E& env) {
  { env.scored() } -> std::same_as<float>;
};
/// `bool goes_on() const` says whether the episode that the last step terminated was part of a game
/// (a life) that the next reset continues.
template <class E>
concept HasGoesOn = requires(const E& env) {
  { env.goes_on() } -> std::same_as<bool>;
};
/// `bool valid() const` says whether bytes from a checkpoint are a state that can be stepped,
/// observed and drawn without harm (SelfChecking, core/archive.hpp). It is worth having where the
/// state indexes arrays.
///
/// `void save(ArchiveWriter&, name) const` and `void load(const ArchiveReader&, name)` are needed
/// only when E is not trivially copyable; otherwise its bytes are the state.
template <class E>
concept HasSaveLoad = requires(E& env, const E& seen, ArchiveWriter& writer,
                               const ArchiveReader& reader, const std::string& name) {
  seen.save(writer, name);
  env.load(reader, name);
};

}  // namespace tengen
