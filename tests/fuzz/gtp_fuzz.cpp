// Any bytes as a GTP session: every command gets one answer, well formed.
#include "core/check.hpp"
#include "experiments/go/gtp_server.hpp"
#include "experiments/go/search_go_player.hpp"

#include <cstddef>
#include <cstdint>

using namespace tengen;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::unique_ptr<GoPlayer> player = search_go_player(uct_go_options(4, 1));
  GtpOptions options;
  options.board_size = 5;
  std::string answer;
  GtpServer server(
      *player, options, [&](std::string_view piece) { answer += piece; }, [] { return true; });
  for (int lines = 0; !text.empty() && lines < 200; ++lines) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const auto command = parse_gtp(line);
    // Files are not for fuzzing, and a count of everything takes its time.
    if (command &&
        (command->name == "loadsgf" || command->name == "printsgf" || command->name == "perft"))
      continue;
    answer.clear();
    const bool goes_on = server.handle(line);
    if (command) {
      TENGEN_CHECK(answer.size() >= 3 && (answer[0] == '=' || answer[0] == '?'), "{}", answer);
      TENGEN_CHECK(answer.find("\n\n") == answer.size() - 2, "{}", answer);
      TENGEN_CHECK(answer.compare(1, command->id.size(), command->id) == 0, "{}", answer);
    } else {
      TENGEN_CHECK(answer.empty(), "{}", answer);
    }
    if (!goes_on) break;
  }
  return 0;
}
