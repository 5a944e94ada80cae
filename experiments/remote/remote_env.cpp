#include "experiments/remote/remote_env.hpp"

#include "core/rng.hpp"
#include "core/system/interrupt.hpp"
#include "core/system/output.hpp"

#include <algorithm>
#include <cstring>
#include <thread>

namespace tengen {
namespace {

using Clock = Channel::Clock;

constexpr int kMostFailures = 3;
// Streams of a seed beside those of lanes, which have small numbers.
constexpr std::uint64_t kServerStream = 0x736572766572;  // "server"
constexpr std::uint64_t kAnewStream = 0x616E6577;        // "anew"

std::uint64_t seed_of_server(std::uint64_t seed, std::size_t server) {
  return server == 0 ? seed : Rng(seed).split(kServerStream).split(server).next64();
}

// The lost episode as learners see it. Its true end is not known.
void report_truncated(const StepView& rows) {
  std::ranges::fill(rows.reward, 0.0F);
  std::ranges::fill(rows.scored, 0.0F);
  std::ranges::fill(rows.terminated, std::uint8_t{0});
  std::ranges::fill(rows.truncated, std::uint8_t{1});
  std::ranges::fill(rows.game_ended, std::uint8_t{1});
  for (int lane = 0; lane < rows.lanes(); ++lane)
    std::ranges::copy(rows.observation.bytes(lane), rows.final_observation.bytes(lane).begin());
  if (!rows.final_legal.empty()) std::ranges::copy(rows.legal.data, rows.final_legal.data.begin());
}

}  // namespace

RemoteEnv::RemoteEnv(std::vector<Address> addresses, int lanes, ClientOptions options)
    : options_(std::move(options)), lanes_(lanes) {
  TENGEN_CHECK(lanes >= 1);
  const int servers = std::min(lanes, static_cast<int>(addresses.size()));
  int first = 0;
  for (int i = 0; i < servers; ++i) {
    Place& place = places_.emplace_back();
    place.address = std::move(addresses[usize(i)]);
    place.first = first;
    place.lanes = lanes / servers + (i < lanes % servers ? 1 : 0);
    first += place.lanes;
    try {
      connect(place);
    } catch (const PeerFault& fault) {
      throw Error("{}: {} (is a server running there? See 'tengen serve --help')",
                  place.address.text, fault.what());
    }
  }
  spec_ = places_.front().peer->welcome().spec;
  for (const Place& place : places_) {
    const Welcome& welcome = place.peer->welcome();
    spec_.deterministic = spec_.deterministic && welcome.spec.deterministic;
    spec_.can_save = spec_.can_save && welcome.spec.can_save;
    can_draw_ = can_draw_ && welcome.can_draw;
    can_oracle_ = can_oracle_ && welcome.can_oracle;
  }
  check_alike();
}

RemoteEnv::~RemoteEnv() = default;

void RemoteEnv::check_alike() const {
  const std::string ours = fingerprint(spec_, false);
  for (const Place& place : places_)
    if (fingerprint(place.peer->welcome().spec, false) != ours)
      throw Error("{} and {} have different observations or actions", places_.front().address.text,
                  place.address.text);
}

void RemoteEnv::connect(Place& place) const {
  place.peer.reset();  // closes the old connection before the new one is counted
  place.peer = std::make_unique<Peer>(place.address, place.lanes, options_);
}

// Connects again after place.fault. The server has another state then, or none.
void RemoteEnv::reconnect(Place& place) const {
  if (++place.failures > kMostFailures)
    throw Error("{}: {} (for the {}th time without a step in between)", place.address.text,
                *place.fault, place.failures);
  const std::string before = fingerprint(spec_, false);
  const auto end = Clock::now() + std::chrono::duration<double>(options_.patience);
  for (std::chrono::milliseconds pause{10};;
       pause = std::min(2 * pause, std::chrono::milliseconds{500})) {
    try {
      connect(place);
      break;
    } catch (const PeerFault& fault) {
      if (Clock::now() >= end)
        throw Error("{}: {}; and no new connection within {:.3g} s (patience): {}",
                    place.address.text, *place.fault, options_.patience, fault.what());
      stop_if_interrupted();
      std::this_thread::sleep_for(pause);
    }
  }
  place.fault.reset();
  if (fingerprint(place.peer->welcome().spec, false) != before)
    throw Error("{}: it has another environment now, {}", place.address.text,
                place.peer->welcome().spec.name);
}

// Runs an exchange with the server unless the connection is of no use, and notes whether it still
// is.
template <class F>
void RemoteEnv::attempt(Place& place, F&& exchange) const {
  if (place.fault) return;
  try {
    exchange(*place.peer);
  } catch (const PeerFault& fault) {
    place.fault = fault.what();
  }
}

// Runs an exchange until it works. What is lost by a broken connection begins anew.
template <class F>
void RemoteEnv::insist(Place& place, F&& exchange) const {
  for (attempt(place, exchange); place.fault; attempt(place, exchange)) begin_anew(place);
}

std::uint64_t RemoteEnv::fresh_seed(const Place& place) const {
  const auto server = static_cast<std::uint64_t>(&place - places_.data());
  return Rng(seed_).split(kAnewStream).split(server).split(++restarts_).next64();
}

void RemoteEnv::begin_anew(Place& place) const {
  const std::string why = *place.fault;
  reconnect(place);
  warn("{}: {}; connected again, and its {} lane{} begin{} new episodes", place.address.text, why,
       place.lanes, place.lanes == 1 ? "" : "s", place.lanes == 1 ? "s" : "");
  attempt(place, [&](Peer& peer) {
    StepBuffer unseen(spec_, place.lanes);
    peer.send_reset(fresh_seed(place));
    peer.receive_observations(unseen.view());
  });
  place.anew = true;
}

void RemoteEnv::reset(std::uint64_t seed, const StepView& out) {
  seed_ = seed;
  restarts_ = 0;
  for (Place& place : places_) {
    place.anew = false;
    const auto server = static_cast<std::size_t>(&place - places_.data());
    attempt(place, [&](Peer& peer) { peer.send_reset(seed_of_server(seed, server)); });
  }
  for (Place& place : places_) {
    const StepView rows = lanes_of(out, place.first, place.lanes);
    attempt(place, [&](Peer& peer) { peer.receive_observations(rows); });
    while (place.fault) {
      reconnect(place);
      const auto server = static_cast<std::size_t>(&place - places_.data());
      attempt(place, [&](Peer& peer) {
        peer.send_reset(seed_of_server(seed, server));
        peer.receive_observations(rows);
      });
    }
  }
}

void RemoteEnv::step(const ActionView& action, const StepView& out) {
  for (Place& place : places_)
    attempt(place, [&](Peer& peer) {
      if (place.anew)
        peer.send_observe();  // there is no episode for this action
      else
        peer.send_step(lanes_of(action, spec_.action, place.first, place.lanes));
    });
  for (Place& place : places_) {
    const StepView rows = lanes_of(out, place.first, place.lanes);
    const auto observe = [&](Peer& peer) { peer.receive_observations(rows); };
    attempt(place, [&](Peer& peer) {
      if (place.anew) return observe(peer);
      peer.receive_step(rows);
      place.failures = 0;
    });
    while (place.fault) {
      begin_anew(place);
      attempt(place, [&](Peer& peer) {
        peer.send_observe();
        observe(peer);
      });
    }
    if (place.anew) report_truncated(rows);
    place.anew = false;
  }
}

void RemoteEnv::observe(const StepView& out) const {
  for (Place& place : places_)
    insist(place, [&](Peer& peer) {
      peer.send_observe();
      peer.receive_observations(lanes_of(out, place.first, place.lanes));
    });
}

bool RemoteEnv::draw(int lane, Canvas& canvas) const {
  if (!can_draw_) return false;
  Place& place =
      *std::ranges::find_if(places_, [&](const Place& p) { return lane < p.first + p.lanes; });
  insist(place, [&](Peer& peer) { peer.draw(lane - place.first, canvas); });
  return canvas.width() > 0;
}

bool RemoteEnv::oracle(ActionBuffer out) const {
  if (!can_oracle_) return false;
  for (Place& place : places_) {
    const auto width = std::holds_alternative<Box>(spec_.action)
                           ? std::get<Box>(spec_.action).low.size()
                           : std::size_t{1};
    const std::size_t begin = usize(place.first) * width, count = usize(place.lanes) * width;
    const ActionBuffer part = out.box.empty() ? ActionBuffer{out.discrete.subspan(begin, count), {}}
                                              : ActionBuffer{{}, out.box.subspan(begin, count)};
    insist(place, [&](Peer& peer) { peer.oracle(part); });
  }
  return true;
}

void RemoteEnv::save(ArchiveWriter& writer, const std::string& name) const {
  writer.put_string(name + "/name", spec_.name);
  writer.put(name + "/lanes", lanes_);
  writer.put(name + "/seed", seed_);
  writer.put(name + "/servers", static_cast<std::int64_t>(places_.size()));
  for (std::size_t i = 0; i < places_.size(); ++i) {
    Place& place = places_[i];
    if (place.fault || place.anew || !place.peer->welcome().spec.can_save) continue;
    std::vector<std::byte> state;
    attempt(place, [&](Peer& peer) { state = peer.save(); });
    if (!place.fault) writer.put_bytes(name + "/state/" + std::to_string(i), state);
  }
  writer.put(name + "/restarts", restarts_);
}

void RemoteEnv::load(const ArchiveReader& reader, const std::string& name) {
  if (reader.string(name + "/name") != spec_.name || reader.get<int>(name + "/lanes") != lanes_)
    throw Error("{}: environment state is of {} lanes of {}, not of {} of {}", reader.origin(),
                reader.get<int>(name + "/lanes"), reader.string(name + "/name"), lanes_,
                spec_.name);
  seed_ = reader.get<std::uint64_t>(name + "/seed");
  restarts_ = reader.get<std::uint64_t>(name + "/restarts");
  const bool spread_alike = reader.count(name + "/servers") == std::ssize(places_);
  int anew = 0;
  for (std::size_t i = 0; i < places_.size(); ++i) {
    Place& place = places_[i];
    const std::string record = name + "/state/" + std::to_string(i);
    place.anew = !spread_alike || !reader.has(record);
    if (place.anew) anew += place.lanes;
    const std::uint64_t seed = place.anew ? fresh_seed(place) : 0;
    const auto exchange = [&](Peer& peer) {
      if (!place.anew) return peer.load(reader.bytes(record));
      StepBuffer unseen(spec_, place.lanes);
      peer.send_reset(seed);
      peer.receive_observations(unseen.view());
    };
    for (attempt(place, exchange); place.fault; attempt(place, exchange)) reconnect(place);
  }
  if (anew > 0)
    print_err("{}: {} of {} lanes could not be saved there; their episodes start anew\n",
              places_.front().address.text, anew, lanes_);
}

}  // namespace tengen
