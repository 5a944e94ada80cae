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

/// The result of one step. Time limits are not the environment's business.
struct Outcome {
  float reward = 0;
  bool terminated = false;
};

/// An environment is a plain value: copy it to save a state, to search, or to test.
///
/// E::Element is std::uint8_t or float, E::Action is int (Discrete) or std::span<const float>
/// (Box). reset and step draw all randomness from the argument. step after termination is never
/// called. observe writes every element of `out` (spec().observation.shape.count() of them).
///
/// Optional, found by name (see below): legal, draw, oracle, scored, goes_on, save and load.
template <class E>
concept Environment = std::copyable<E> && requires(E env, const E& seen, typename E::Action action,
                                                   Rng& rng, std::span<typename E::Element> out) {
  { seen.spec() } -> std::same_as<EnvSpec>;
  { env.reset(rng) } -> std::same_as<void>;
  { env.step(action, rng) } -> std::same_as<Outcome>;
  { seen.observe(out) } -> std::same_as<void>;
};

/// `void legal(std::span<std::uint8_t> mask) const`: 1 where an action may be taken; never all 0.
template <class E>
concept HasLegal = requires(const E& env, std::span<std::uint8_t> mask) {
  env.legal(mask);
};
/// `void draw(Canvas&) const`: a picture for people; sizes the canvas itself.
template <class E>
concept HasDraw = requires(const E& env, Canvas& canvas) {
  env.draw(canvas);
};
/// `E::Action oracle() const`: what a scripted expert that sees the whole state would do (Discrete
/// only).
template <class E>
concept HasOracle = requires(const E& env) {
  { env.oracle() } -> std::convertible_to<int>;
};
/// `float scored() const`: the last step's reward without what only helps to learn: scores are sums
/// of it.
template <class E>
concept HasScored = requires(const E& env) {
  { env.scored() } -> std::same_as<float>;
};
/// `bool goes_on() const`: the episode that the last step terminated was part of a game (a life)
/// that the next reset goes on with.
template <class E>
concept HasGoesOn = requires(const E& env) {
  { env.goes_on() } -> std::same_as<bool>;
};
/// `bool valid() const`: whether bytes from a checkpoint are a state that can be stepped, seen and
/// drawn without harm (SelfChecking, core/archive.hpp). Worth having where arrays are indexed by
/// it.
///
/// `void save(ArchiveWriter&, name) const`, `void load(const ArchiveReader&, name)`: needed only
/// when E is not trivially copyable; otherwise its bytes are the state.
template <class E>
concept HasSaveLoad = requires(E& env, const E& seen, ArchiveWriter& writer,
                               const ArchiveReader& reader, const std::string& name) {
  seen.save(writer, name);
  env.load(reader, name);
};

}  // namespace tengen
