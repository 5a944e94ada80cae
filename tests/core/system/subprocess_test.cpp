#include "core/system/subprocess.hpp"

#include "core/check.hpp"
#include "tests/catch.hpp"

#include <sys/wait.h>

#include <cerrno>

using namespace tengen;

namespace {

std::vector<std::string> script(const std::string& text) { return {"sh", "-c", text}; }

bool has_children() { return ::waitpid(-1, nullptr, WNOHANG) >= 0 || errno != ECHILD; }

}  // namespace

TEST_CASE("programs are found by PATH, those with a folder as they are named") {
  CHECK(find_program("sh").filename() == "sh");
  CHECK(find_program("no-such-program-here").empty());
  CHECK(find_program("./no-such-program-here") == "./no-such-program-here");
  CHECK_THROWS_WITH(run_program({"no-such-program-here"}, ""),
                    ContainsSubstring("'no-such-program-here': there is no such program"));
}

TEST_CASE("commands are split as a shell does") {
  using Words = std::vector<std::string>;
  CHECK(split_command(" gnugo  --mode gtp ") == Words{"gnugo", "--mode", "gtp"});
  CHECK(split_command("'a b'c \"d \\\"e\" '' f\\ g") == Words{"a bc", "d \"e", "", "f g"});
  CHECK_THROWS_WITH(split_command("a 'b"), ContainsSubstring("stays open"));
  CHECK_THROWS_AS(split_command("  "), UsageError);
}

TEST_CASE("words for the shell stay one word") {
  const std::string odd = "a b'c\"$(d)*";
  const ProgramOutput said = run_program(script(fmt::format("printf %s {}", shell_quoted(odd))), "");
  CHECK(said.out == odd);
  CHECK(split_command(shell_quoted(odd)) == std::vector{odd});
}

TEST_CASE("a program is run with all it reads, and all it writes comes back") {
  const std::string much(1 << 20, 'x');
  const ProgramOutput copied = run_program(script("cat; echo done >&2"), much);
  CHECK(copied.succeeded);
  CHECK(copied.out == much);
  CHECK(copied.errors == "done\n");
  CHECK_FALSE(run_program(script("exit 3"), "").succeeded);
  CHECK_FALSE(run_program(script("kill -9 $$"), "").succeeded);
  CHECK_FALSE(has_children());
}

TEST_CASE("a program that reads bytes tells at its end whether it was content") {
  ProgramInput good(script("test \"$(cat)\" = 'ab'"));
  CHECK(good.write("a"));
  CHECK(good.write("b"));
  CHECK(good.finish());
  ProgramInput gone(script("exit 1"));
  const std::string much(1 << 22, 'x');
  while (gone.write(much)) {
  }
  CHECK_FALSE(gone.finish());
  CHECK_FALSE(has_children());
}

TEST_CASE("a child and its own children end with their object, a deaf one too") {
  const auto start = std::chrono::steady_clock::now();
  { Subprocess stubborn(script("trap '' TERM INT HUP; sleep 1000 & sleep 1000")); }
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));
  CHECK_FALSE(has_children());
}

TEST_CASE("a line that nobody reads does not hang") {
  Subprocess deaf(script("sleep 1000"));
  const auto deadline = Subprocess::Clock::now() + std::chrono::milliseconds(200);
  CHECK_THROWS_WITH(deaf.write_line(std::string(8 << 20, 'x'), deadline),
                    ContainsSubstring("does not read"));
}
