#include "core/system/progress.hpp"
#include "tests/catch.hpp"
#include "tests/output.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

using tengen::Output;
using tengen::ProgressBar;
using namespace std::chrono_literals;

namespace {

ProgressBar::Clock::time_point now{};  // the clock of these tests
ProgressBar::Clock::time_point read_clock() { return now; }

// A terminal of 80 columns that keeps what is printed on it.
class Terminal {
 public:
  Terminal() : master_(::posix_openpt(O_RDWR | O_NOCTTY)) {
    REQUIRE(master_ >= 0);
    REQUIRE(::grantpt(master_) == 0);
    REQUIRE(::unlockpt(master_) == 0);
    file_ = std::fopen(::ptsname(master_), "w");
    REQUIRE(file_ != nullptr);
    const winsize size{24, 80, 0, 0};
    ::ioctl(master_, TIOCSWINSZ, &size);
  }
  ~Terminal() {
    std::fclose(file_);
    ::close(master_);
  }
  [[nodiscard]] std::FILE* file() const { return file_; }
  // What was drawn, up to its end; the kernel delivers it in its own time.
  [[nodiscard]] std::string text(int patience_ms = 5000) const {
    std::string out;
    pollfd master{master_, POLLIN, 0};
    while (!out.ends_with("\x1b[K") && !out.ends_with('\n') &&
           ::poll(&master, 1, patience_ms) == 1) {
      std::array<char, 4096> piece{};
      const ssize_t n = ::read(master_, piece.data(), piece.size());
      if (n <= 0) break;
      out.append(piece.data(), static_cast<std::size_t>(n));
    }
    return out;
  }

 private:
  int master_;
  std::FILE* file_ = nullptr;
};

class Variable {  // an environment variable, for as long as this lives
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* old = std::getenv(name)) before_ = old;
    ::setenv(name, value, 1);
  }
  ~Variable() { ::setenv(name_, before_.c_str(), 1); }

 private:
  const char* name_;
  std::string before_;
};

}  // namespace

TEST_CASE("off a terminal: silent for two seconds, then a plain line every ten") {
  const Output output;
  {
    ProgressBar bar("train", 100'000, 0, "steps", output.file(), read_clock);
    for (int tick = 0; tick < 10; ++tick) {  // 0.0 … 1.8 s
      bar.update(tick * 200);
      now += 200ms;
    }
    CHECK(output.text().empty());
    for (int tick = 10; tick <= 100; ++tick) {  // 2.0 … 20.0 s
      bar.update(tick * 200, "reward 1.5");
      now += 200ms;
    }
    CHECK(output.text() ==
          "train   2% 2.00k/100k steps  1.00k/s  left 1:38  reward 1.5\n"
          "train  12% 12.0k/100k steps  1.00k/s  left 1:28  reward 1.5\n");
    bar.finish();
    bar.finish();
  }
  CHECK_THAT(output.text(), Catch::Matchers::EndsWith(
                                "train  20% 20.0k/100k steps  990/s  in 0:20  reward 1.5\n"));
}

TEST_CASE("what takes less than two seconds prints nothing") {
  const Output output;
  {
    ProgressBar bar("eval", 20, 0, "episodes", output.file(), read_clock);
    bar.update(20);
    now += 1900ms;
  }
  CHECK(output.text().empty());
}

TEST_CASE("a resumed bar counts its rate from where it started, and an unknown total has no bar") {
  const Output output;
  ProgressBar resumed("train", 1'000'000, 999'000, "steps", output.file(), read_clock);
  ProgressBar endless("watch", 0, 0, "frames", output.file(), read_clock);
  now += 2s;
  resumed.update(999'500);
  endless.update(120);
  CHECK(output.text() ==
        "train  99% 1.00M/1.00M steps  250/s  left 0:02\n"
        "watch 120 frames  60/s\n");
}

TEST_CASE("on a terminal the line is redrawn in place, fits, and NO_COLOR is honoured") {
  const Variable term("TERM", "xterm");
  for (const bool colour : {true, false}) {
    const Variable no_color("NO_COLOR", colour ? "" : "1");
    const Terminal terminal;
    {
      ProgressBar bar("train", 1000, 0, "steps", terminal.file(), read_clock);
      now += 2s;
      bar.update(500, "reward 1.5");
      std::string line = terminal.text();
      if (!colour)
        CHECK(line ==
              "\rtrain  50% [==========>         ] 500/1.00k steps  250/s  left 0:02  reward "
              "1.5\x1b[K");
      CHECK((line.find("\x1b[32m") != std::string::npos) == colour);
      CHECK(line.find('\n') == std::string::npos);
      now += 50ms;
      bar.update(510);
      CHECK(terminal.text(20).empty());  // too soon
      now += 50ms;
      bar.update(520, std::string(200, 'x'));
      line = terminal.text();
      CHECK(line.size() <= 1 + 79 + 3);  // \r, the columns but one, erase to the end
    }
    CHECK_THAT(terminal.text(), Catch::Matchers::EndsWith("\n"));
  }
}
