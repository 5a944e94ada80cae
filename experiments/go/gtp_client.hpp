// An engine that speaks GTP 2 (Farnebäck, "GTP version 2, draft 2"), seen from the controller's
// side.
#pragma once

#include "core/check.hpp"
#include "core/system/subprocess.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace tengen {

/// A failure of an engine: it died, did not answer in time, or gave no valid answer. The message
/// names the engine and the command.
class EngineError : public Error {
 public:
  using Error::Error;
};

class GtpClient {
 public:
  struct Answer {
    bool ok = true;    ///< '=' rather than '?'
    std::string text;  ///< without status character and id; lines joined by '\n'
  };

  /// Starts the program, which errors call `name`. Throws Error if it does not start.
  GtpClient(std::string name, const std::vector<std::string>& command,
            std::chrono::duration<double> patience);
  ~GtpClient();
  GtpClient(const GtpClient&) = delete;
  GtpClient& operator=(const GtpClient&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }
  /// Sends a command and waits for its answer. Throws EngineError.
  Answer ask(std::string_view command);
  /// The same, but an answer with '?' throws EngineError, too.
  std::string demand(std::string_view command);

 private:
  std::string name_;
  std::chrono::duration<double> patience_;
  Subprocess process_;
};

}  // namespace tengen
