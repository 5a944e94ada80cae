#include "experiments/go/gtp_client.hpp"

#include <cctype>
#include <optional>

namespace tengen {
namespace {

using Clock = Subprocess::Clock;

// "=12 text" → "text".
std::string without_status(std::string_view line) {
  line.remove_prefix(1);
  while (!line.empty() && std::isdigit(static_cast<unsigned char>(line.front())) != 0)
    line.remove_prefix(1);
  while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
  return std::string(line);
}

void trim_end(std::string& line) {
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ' || line.back() == '\t'))
    line.pop_back();
}

}  // namespace

GtpClient::GtpClient(std::string name, const std::vector<std::string>& command,
                     std::chrono::duration<double> patience)
    : name_(std::move(name)), patience_(patience), process_(command) {}

GtpClient::~GtpClient() {
  try {
    process_.write_line("quit", Clock::now() + std::chrono::milliseconds(200));
  } catch (...) {  // then it is gone already, or will be killed
  }
}

GtpClient::Answer GtpClient::ask(std::string_view command) {
  const auto deadline = Clock::now() + std::chrono::duration_cast<Clock::duration>(patience_);
  try {
    process_.write_line(command, deadline);
    Answer answer;
    bool begun = false;
    for (;;) {
      std::optional<std::string> line = process_.read_line(deadline);
      if (!line)
        throw EngineError("{} gave no answer to '{}' within {:.4g} s", name_, command,
                          patience_.count());
      trim_end(*line);
      if (!begun) {
        // Some engines greet, or chat, before the status character.
        if (line->empty() || (line->front() != '=' && line->front() != '?')) continue;
        begun = true;
        answer.ok = line->front() == '=';
        answer.text = without_status(*line);
      } else if (line->empty()) {
        return answer;
      } else {
        answer.text += '\n' + *line;
      }
    }
  } catch (const EngineError&) {
    throw;
  } catch (const Error& error) {
    throw EngineError("{}, asked '{}': {}", name_, command, error.what());
  }
}

std::string GtpClient::demand(std::string_view command) {
  Answer answer = ask(command);
  if (!answer.ok)
    throw EngineError("{} refuses '{}': {}", name_, command,
                      answer.text.empty() ? "no reason given" : answer.text);
  return std::move(answer.text);
}

}  // namespace tengen
