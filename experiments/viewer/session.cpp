#include "experiments/viewer/session.hpp"

#include <algorithm>
#include <cmath>

namespace tengen {

Session::Session(VectorEnv& env, std::unique_ptr<Policy> policy, std::string player,
                 std::uint64_t seed)
    : env_(env),
      policy_(std::move(policy)),
      player_(std::move(player)),
      seed_(seed),
      buffer_(env.spec(), env.size()),
      choice_memory_(env.spec().action, env.size()),
      hand_memory_(env.spec().action, env.size()),
      choice_(choice_memory_.view()),
      hand_(hand_memory_.view()) {
  TENGEN_CHECK(env.size() == 1);
  env_.reset(seed_, buffer_.view());
  if (policy_) policy_->reset();
  think();
}

void Session::advance() {
  by_hand_ = false;
  play(choice_);
}

void Session::advance(const ActionView& by_hand) {
  by_hand_ = true;
  std::ranges::copy(by_hand.discrete, hand_.discrete.begin());
  std::ranges::copy(by_hand.box, hand_.box.begin());
  play(hand_);
}

void Session::play(const ActionView& action) {
  env_.step(action, buffer_.view());
  ++step_;
  ++total_steps_;
  score_ += buffer_.view().scored[0];
  if (buffer_.view().game_ended[0] != 0) {
    finished_.push_back(static_cast<float>(score_));
    begin_episode();
  }
  think();
}

void Session::restart() {
  env_.reset(++seed_, buffer_.view());
  if (policy_) policy_->reset();
  begin_episode();
  think();
}

void Session::replace_policy(std::unique_ptr<Policy> policy, std::string player) {
  policy_ = std::move(policy);
  player_ = std::move(player);
  policy_->reset();
  if (!values_.empty()) values_.pop_back();
  if (!entropies_.empty()) entropies_.pop_back();
  returns_.pop_back();
  think();
}

void Session::begin_episode() {
  step_ = 0;
  score_ = 0;
  returns_.clear();
  values_.clear();
  entropies_.clear();
}

void Session::think() {
  drawn_ = false;
  returns_.push_back(static_cast<float>(score_));
  if (!policy_) return;
  policy_->act(buffer_.view(), choice_);
  const Insight insight = policy_->insight();
  if (!insight.value.empty()) values_.push_back(insight.value[0]);
  if (!insight.entropy.empty()) entropies_.push_back(insight.entropy[0]);
}

const Canvas& Session::picture() const {
  if (drawn_) return picture_;
  drawn_ = true;
  if (env_.draw(0, picture_)) return picture_;
  const ObservationSpace& space = spec().observation;
  std::vector<Canvas> pictures =
      observation_pictures(buffer_.view().observation, space.low, space.high);
  if (!pictures.empty())
    picture_ = std::move(pictures.back());
  else
    picture_.reset(160, 120);
  return picture_;
}

double Session::aspect() const {
  if (spec().picture_aspect > 0) return spec().picture_aspect;
  return static_cast<double>(picture().width()) / picture().height();
}

namespace {

float value_at(const ObservationView& observation, std::size_t i) {
  return observation.element == Element::kUint8
             ? static_cast<float>(observation.row<std::uint8_t>(0)[i])
             : observation.row<float>(0)[i];
}

// The range of values that is shown from black to white.
std::pair<float, float> grey_range(const ObservationView& observation, float low, float high) {
  if (std::isfinite(low) && std::isfinite(high) && low < high) return {low, high};
  low = high = value_at(observation, 0);
  for (std::size_t i = 1; i < observation.shape.count(); ++i) {
    low = std::min(low, value_at(observation, i));
    high = std::max(high, value_at(observation, i));
  }
  return {low, high > low ? high : low + 1};
}

}  // namespace

bool is_picture(const Shape& shape) {
  return shape.rank >= 2 && shape[shape.rank - 2] > 1 && shape[shape.rank - 1] > 1;
}

std::vector<Canvas> observation_pictures(const ObservationView& observation, float low,
                                         float high) {
  const Shape& shape = observation.shape;
  if (observation.empty() || !is_picture(shape)) return {};
  const int rows = shape[shape.rank - 2], columns = shape[shape.rank - 1];
  const bool colour =
      shape.rank >= 3 && shape[shape.rank - 3] == 3 && observation.element == Element::kUint8;
  const std::size_t plane = static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
  const auto [black, white] = grey_range(observation, low, high);
  const auto byte = [&, black = black, white = white](std::size_t i) {
    const float grey = (value_at(observation, i) - black) / (white - black);
    return static_cast<std::uint8_t>(std::lround(255 * std::clamp(grey, 0.0F, 1.0F)));
  };
  std::vector<Canvas> pictures(shape.count() / plane / (colour ? 3 : 1), Canvas(columns, rows));
  for (std::size_t p = 0; p < pictures.size(); ++p) {
    const std::span<std::uint8_t> rgb = pictures[p].rgb();
    for (std::size_t i = 0; i < plane; ++i)
      for (std::size_t c = 0; c < 3; ++c)
        rgb[3 * i + c] = byte(colour ? (3 * p + c) * plane + i : p * plane + i);
  }
  return pictures;
}

std::vector<std::string> action_names(const ActionSpace& space) {
  if (const auto* box = std::get_if<Box>(&space)) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < box->low.size(); ++i) names.push_back(fmt::format("axis {}", i));
    return names;
  }
  const auto& discrete = std::get<Discrete>(space);
  std::vector<std::string> names = discrete.names;
  for (int i = static_cast<int>(names.size()); i < discrete.n; ++i)
    names.push_back(fmt::format("{}", i));
  return names;
}

}  // namespace tengen
