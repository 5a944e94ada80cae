// The metrics of a run, for tests.
#pragma once

#include "core/logger.hpp"

#include <map>
#include <string>

namespace tengen {

/// Keeps the last value of every metric in a map that outlives it.
class LastFigures final : public LogSink {
 public:
  explicit LastFigures(std::map<std::string, double>& values) : values_(&values) {}
  void write(const LogRow& row) override {
    for (const auto& [tag, value] : row.values) (*values_)[tag] = value;
  }
  void write_text(std::string_view, std::string_view, std::int64_t) override {}
  void flush() override {}

 private:
  std::map<std::string, double>* values_;
};

}  // namespace tengen
