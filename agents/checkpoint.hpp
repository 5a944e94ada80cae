// What a checkpoint of an agent holds, as one list that is both written and read.
#pragma once

#include "agents/schedules.hpp"
#include "core/archive.hpp"
#include "nets/backend.hpp"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace tengen {

/// Writes the values that it is shown to an archive, or reads them from one. An agent shows all of
/// its state in one function, which save() and load() call, so that the two cannot disagree. Values
/// that are read are checked; every function throws Error, naming file and record, for what is
/// missing or cannot be.
class Checkpoint {
 public:
  /// Bulk data lies in `directory`. Writer, reader and directory outlive this.
  Checkpoint(ArchiveWriter& writer, const std::filesystem::path& directory)
      : writer_(&writer), directory_(directory) {}
  Checkpoint(const ArchiveReader& reader, const std::filesystem::path& directory)
      : reader_(&reader), directory_(directory) {}

  /// Whether values are read, not written.
  [[nodiscard]] bool reading() const { return reader_ != nullptr; }
  /// The precision that networks compute in; reading a checkpoint of another one warns.
  void precision(const Backend& backend) const {
    if (writer_ != nullptr)
      writer_->put_string("agent/precision", name_of(backend.precision));
    else
      compare_precision(*reader_, backend);
  }
  /// Whatever has save(writer, name) and load(reader, name).
  template <class Part>
  void part(const std::string& name, Part& part) const {
    if (writer_ != nullptr)
      part.save(*writer_, name);
    else
      part.load(*reader_, name);
  }
  /// A replay memory, whose steps go to files in the directory. It has been started.
  template <class Replay>
  void replay(const std::string& name, Replay& replay) const {
    if (writer_ != nullptr) return replay.save(*writer_, name, directory_);
    replay.load(*reader_, name, directory_);
    reader_->check(name + "/now", replay.now() >= 0);
  }
  /// A number that is never negative.
  void count(const std::string& name, std::int64_t& number) const {
    if (writer_ != nullptr)
      writer_->put(name, number);
    else
      number = reader_->count(name);
  }
  template <class T>
  void value(const std::string& name, T& value) const {
    if (writer_ != nullptr)
      writer_->put(name, value);
    else
      value = reader_->get<T>(name);
  }
  void flag(const std::string& name, bool& flag) const {
    std::uint8_t byte = flag ? 1 : 0;
    value(name, byte);
    flag = byte != 0;
  }
  /// As many values as there are.
  template <class T>
  void values(const std::string& name, std::span<T> values) const {
    if (writer_ != nullptr)
      writer_->put_span(name, std::span<const T>(values));
    else
      reader_->get_span(name, values);
  }
  /// Of what was read, whether it can be; what is written always can.
  void check(const std::string& name, bool good) const {
    if (reader_ != nullptr) reader_->check(name, good);
  }
  /// Where the schedules are after `steps` steps.
  void schedule(const std::string& name, ScheduleClock& clock, std::int64_t steps) const {
    if (writer_ != nullptr)
      clock.save(*writer_, name);
    else
      clock.load(*reader_, name, steps);
  }

 private:
  ArchiveWriter* writer_ = nullptr;
  const ArchiveReader* reader_ = nullptr;
  const std::filesystem::path& directory_;
};

}  // namespace tengen
