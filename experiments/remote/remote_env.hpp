// An environment whose lanes other programs play.
#pragma once

#include "envs/vector_env.hpp"
#include "experiments/remote/address.hpp"
#include "experiments/remote/peer.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tengen {

/// The lanes of one or several servers side by side, spread evenly; with fewer lanes than servers
/// only the first of these are used. One server with the same seed plays as the environment would
/// here, byte for byte; further servers get seeds that are derived from it.
///
/// A server that dies, stalls or sends nonsense is connected to again. Its lanes then report a
/// truncated episode (reward 0, and as last observation the first of the new episode, since the
/// true one is lost), start anew, and a warning says so; the other lanes go on. Error, naming the
/// address, is thrown where that fails for `patience` seconds, where a server fails three times
/// without a step in between, or answers with an error.
class RemoteEnv final : public VectorEnv {
 public:
  /// Throws UsageError where a server does not take the options, and Error where it cannot be
  /// reached or where two servers describe different environments.
  RemoteEnv(std::vector<Address> addresses, int lanes, ClientOptions options);
  ~RemoteEnv() override;

  [[nodiscard]] const EnvSpec& spec() const override { return spec_; }
  [[nodiscard]] int size() const override { return lanes_; }
  void reset(std::uint64_t seed, const StepView& out) override;
  void step(const ActionView& action, const StepView& out) override;
  /// Where a server cannot save, its lanes are noted as to begin anew: load() resets them with a
  /// seed that follows from the record, and the next step reports their episodes as truncated.
  void save(ArchiveWriter& writer, const std::string& name) const override;
  void load(const ArchiveReader& reader, const std::string& name) override;
  void observe(const StepView& out) const override;
  bool draw(int lane, Canvas& canvas) const override;
  bool oracle(ActionBuffer out) const override;

 private:
  // A server's place among the lanes. Its connection may change in const functions, too, because
  // it may break there.
  struct Place {
    Address address;
    int first = 0, lanes = 0;
    std::unique_ptr<Peer> peer;
    std::optional<std::string> fault;  // why the connection is of no more use
    bool anew = false;                 // the next step reports its episodes as truncated
    int failures = 0;                  // since the last step
  };

  template <class F>
  void attempt(Place& place, F&& exchange) const;
  template <class F>
  void insist(Place& place, F&& exchange) const;
  void connect(Place& place) const;
  void reconnect(Place& place) const;
  void begin_anew(Place& place) const;
  [[nodiscard]] std::uint64_t fresh_seed(const Place& place) const;
  void check_alike() const;

  ClientOptions options_;
  int lanes_;
  EnvSpec spec_;
  bool can_draw_ = true, can_oracle_ = true;
  mutable std::vector<Place> places_;
  std::uint64_t seed_ = 0;              // of the last reset
  mutable std::uint64_t restarts_ = 0;  // fresh seeds so far
};

}  // namespace tengen
