#include "core/logger.hpp"
#include "tests/catch.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

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
  std::string text() const {
    int waiting = 0;
    ::ioctl(master_, FIONREAD, &waiting);
    std::string out(4096, '\0');
    if (waiting == 0) return "";
    out.resize(static_cast<std::size_t>(::read(master_, out.data(), out.size())));
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

std::string printed(std::FILE* file) {
  std::fflush(file);
  std::string out(static_cast<std::size_t>(std::ftell(file)), '\0');
  std::rewind(file);
  out.resize(std::fread(out.data(), 1, out.size(), file));
  return out;
}

}  // namespace

TEST_CASE("off a terminal: silent for two seconds, then a plain line every ten") {
  std::FILE* file = std::tmpfile();
  {
    ProgressBar bar("train", 100'000, 0, "steps", file, read_clock);
    for (int tick = 0; tick < 10; ++tick) {  // 0.0 … 1.8 s
      bar.update(tick * 200);
      now += 200ms;
    }
    CHECK(std::ftell(file) == 0);
    for (int tick = 10; tick <= 100; ++tick) {  // 2.0 … 20.0 s
      bar.update(tick * 200, "reward 1.5");
      now += 200ms;
    }
    CHECK(printed(file) ==
          "train   2% 2.00k/100k steps  1.00k/s  left 1:38  reward 1.5\n"
          "train  12% 12.0k/100k steps  1.00k/s  left 1:28  reward 1.5\n");
    bar.finish();
    bar.finish();
  }
  CHECK_THAT(printed(file), Catch::Matchers::EndsWith(
                                "train  20% 20.0k/100k steps  990/s  in 0:20  reward 1.5\n"));
  std::fclose(file);
}

TEST_CASE("what takes less than two seconds prints nothing") {
  std::FILE* file = std::tmpfile();
  {
    ProgressBar bar("eval", 20, 0, "episodes", file, read_clock);
    bar.update(20);
    now += 1900ms;
  }
  CHECK(std::ftell(file) == 0);
  std::fclose(file);
}

TEST_CASE("a resumed bar counts its rate from where it started, and an unknown total has no bar") {
  std::FILE* file = std::tmpfile();
  ProgressBar resumed("train", 1'000'000, 999'000, "steps", file, read_clock);
  ProgressBar endless("watch", 0, 0, "frames", file, read_clock);
  now += 2s;
  resumed.update(999'500);
  endless.update(120);
  CHECK(printed(file) ==
        "train  99% 1.00M/1.00M steps  250/s  left 0:02\n"
        "watch 120 frames  60/s\n");
  std::fclose(file);
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
      CHECK(terminal.text().empty());  // too soon
      now += 50ms;
      bar.update(520, std::string(200, 'x'));
      line = terminal.text();
      CHECK(line.size() <= 1 + 79 + 3);  // \r, the columns but one, erase to the end
    }
    CHECK_THAT(terminal.text(), Catch::Matchers::EndsWith("\n"));
  }
}
