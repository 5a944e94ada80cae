#include "core/config.hpp"

#include "core/check.hpp"
#include "core/excerpt.hpp"
#include "core/system/file.hpp"
#include "tests/catch.hpp"
#include "tests/temp_directory.hpp"

#include <bit>
#include <cmath>
#include <limits>

using namespace tengen;

namespace {

constexpr const char* kRecipe = R"(seed = 3
[agent]
algorithm = "dqn"
learning_rate = 1e-4
buffer_size = 1e6
double = true
[agent.net]
widths = [256, 256]
gains = [1, 0.5]
[env]
id = "Pong-v0"
wrappers = ["skip", "stack"]
)";

Config recipe() { return Config::from_string(kRecipe, "pong.toml"); }

template <class T>
std::string error_of(const Config& config, std::string_view key, T fallback) {
  try {
    (void)config.get<T>(key, fallback);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

std::string parse_error(std::string_view toml) {
  try {
    (void)Config::from_string(toml, "x.toml");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("settings are read as what they are asked for") {
  const Config config = recipe();
  CHECK(config.get("seed", 0) == 3);
  CHECK(config.get("seed", 0.5) == 3.0);
  CHECK(config.get<float>("agent.learning_rate", 1) == 1e-4F);
  CHECK(config.get("agent.buffer_size", 0) == 1'000'000);
  CHECK(config.get("agent.buffer_size", std::int64_t{0}) == 1'000'000);
  CHECK(config.get("agent.double", false));
  CHECK(config.get("agent.algorithm", "") == "dqn");
  CHECK(config.get<std::vector<int>>("agent.net.widths", {}) == std::vector<int>{256, 256});
  CHECK(config.get<std::vector<double>>("agent.net.gains", {}) == std::vector<double>{1, 0.5});
  CHECK(config.get<std::vector<std::string>>("env.wrappers", {}) ==
        std::vector<std::string>{"skip", "stack"});
  CHECK(config.choice("agent.algorithm", "a2c", {"a2c", "dqn"}) == "dqn");
  CHECK(config.choice("agent.loss", "huber", {"huber", "mse"}) == "huber");
  CHECK(config.get("agent.gamma", 0.99F, 0.0F, 1.0F) == 0.99F);
  CHECK(config.has("env.id"));
  CHECK(config.has("agent.net"));
  CHECK_FALSE(config.has("agent.ne"));
  CHECK_FALSE(config.has("agent.gamma"));  // a default is not a setting
  CHECK(Config::from_string("a = []").get<std::vector<int>>("a", {1}).empty());
  CHECK(Config::from_string("a = []").get<std::vector<std::string>>("a", {"x"}).empty());
}

TEST_CASE("a value of another type is refused by key, value and place") {
  const Config config = recipe();
  CHECK(error_of(config, "env.id", 1) ==
        R"(pong.toml:11: env.id = "Pong-v0": must be an integer below 2^31)");
  CHECK(error_of(config, "agent.learning_rate", std::int64_t{1}) ==
        "pong.toml:4: agent.learning_rate = 0.0001: must be an integer");
  CHECK(error_of(config, "agent.double", 1.0) ==
        "pong.toml:6: agent.double = true: must be a number");
  CHECK(error_of(config, "seed", true) == "pong.toml:1: seed = 3: must be true or false");
  CHECK(error_of(config, "seed", std::string()) == "pong.toml:1: seed = 3: must be a string");
  CHECK(error_of(config, "agent.net.gains", std::vector<int>{}) ==
        "pong.toml:9: agent.net.gains = [1, 0.5]: must be a list of integers below 2^31");
  CHECK(error_of(config, "env.wrappers", std::vector<double>{}) ==
        R"(pong.toml:12: env.wrappers = ["skip", "stack"]: must be a list of numbers)");
  CHECK(error_of(config, "agent.net.widths", std::vector<std::string>{}) ==
        "pong.toml:8: agent.net.widths = [256, 256]: must be a list of strings");
  CHECK(error_of(config, "agent", 1) == "agent is a section, not a setting");

  Config big;
  big.set("n=3000000000");
  big.set("x=1e300");
  CHECK(error_of(big, "n", 1) == "n = 3000000000: must be an integer below 2^31");
  CHECK(big.get("n", std::int64_t{0}) == 3'000'000'000);
  CHECK(error_of(big, "x", 1.0F) == "x = 1e+300: must be a number below 3.4e38");
  CHECK(error_of(big, "x", std::int64_t{0}) == "x = 1e+300: must be an integer");
  big.set("x=nan");
  CHECK(error_of(big, "x", 0) == "x = nan: must be an integer below 2^31");
}

TEST_CASE("a value out of range is refused with the range") {
  Config config;
  const auto message = [&config](auto fallback, auto low, auto high) -> std::string {
    try {
      (void)config.get("agent.x", fallback, low, high);
    } catch (const UsageError& error) {
      return error.what();
    }
    return "";
  };
  config.set("agent.x=2");
  CHECK(message(0.5, 0.0, 1.0) == "agent.x = 2: must be between 0 and 1");
  CHECK(message(4, 4, std::numeric_limits<int>::max()) == "agent.x = 2: must be at least 4");
  CHECK(message(1.0F, std::numeric_limits<float>::lowest(), 1.0F) ==
        "agent.x = 2: must be at most 1");
  CHECK(message(2, 2, 2).empty());
  config.set("agent.x=nan");
  CHECK(message(0.5, 0.0, 1.0) == "agent.x = nan: must be between 0 and 1");
  config.set("agent.x=Adma");
  CHECK_THROWS_WITH(config.choice("agent.x", "adam", {"adam", "sgd"}),
                    "agent.x: unknown value 'Adma'; did you mean 'adam'? (known: adam, sgd)");
}

TEST_CASE("assignments of the command line are TOML, and bare words are strings") {
  Config config = recipe();
  config.set("agent.learning_rate=1e-3");
  config.set(" agent.net.widths = [64, 64] ");
  config.set("env.id=Breakout-v0");
  config.set("env.note=\"with = and # \"");
  config.set("env.date=1979-05-27");
  config.set("env.colour=#ff0000");
  config.set("env.path=/a b/c=d");
  CHECK(config.get("agent.learning_rate", 0.0) == 1e-3);
  CHECK(config.get<std::vector<int>>("agent.net.widths", {}) == std::vector<int>{64, 64});
  CHECK(config.get("env.id", "") == "Breakout-v0");
  CHECK(config.get("env.note", "") == "with = and # ");
  CHECK(config.get("env.date", "") == "1979-05-27");
  CHECK(config.get("env.colour", "") == "#ff0000");
  CHECK(config.get("env.path", "") == "/a b/c=d");
  for (const char* bad :
       {"", "agent.x", "=1", "a..b=1", ".a=1", "a.=1", "a b=1", "ä=1", "x=", "x=[1, 2", "x=[[1]]",
        "x={a = 1}", "x=\"open", "x=[1, 'a']", "x=\xFF", "x=[9007199254740993]"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(config.set(bad), UsageError);
  }
  CHECK_THROWS_WITH(config.set("agent.x"), "'agent.x' is not of the form key=value");
  CHECK_THROWS_WITH(config.set("a b=1"),
                    "'a b' is not a key: names of letters, digits, _ and -, with dots between");
  CHECK_THROWS_WITH(config.set("agent=1"), StartsWith("agent is a section: set 'agent."));
  CHECK_THROWS_WITH(config.set("seed.x=1"), "seed.x: seed is a setting, not a section");
}

TEST_CASE("a malformed recipe is refused with file, line and column") {
  CHECK_THAT(parse_error("a = 1\nb = = 2\n"), StartsWith("x.toml:2:5: "));
  CHECK_THAT(parse_error("a = 1\na = 2\n"), StartsWith("x.toml:2:"));
  for (const char* header : {"[=]", "[[=]]", "[", "[[", "[]", "[ ]", "[[]]", "[a", "[#]"})
    CHECK_THAT(parse_error(header), StartsWith("x.toml:1:"));
  CHECK(parse_error("[env]\n\"a.b\" = 1\n") ==
        "x.toml:2: key \"env.a.b\" must be of letters, digits, _ and -");
  for (const char* unsupported : {"d = 1979-05-27", "d = [[1]]", "d = [true]", "d = [1, 'a']",
                                  "[[d]]\nx = 1", "d = [9007199254740993]"}) {
    CAPTURE(unsupported);
    CHECK(parse_error(unsupported) ==
          "x.toml:1: d must be true or false, a number, a string, or a list of numbers or of "
          "strings");
  }
  const TempDirectory folder;
  CHECK_THROWS_WITH(Config::from_file(folder / "missing.toml"),
                    ContainsSubstring("missing.toml': No such file or directory"));
  CHECK_THROWS_WITH(Config::from_file(folder.path()), ContainsSubstring("Is a directory"));
  write_file_atomically(folder / "bad.toml", "a = 1\nb = \n");
  CHECK_THROWS_WITH(Config::from_file(folder / "bad.toml"), ContainsSubstring("bad.toml:2:"));
}

TEST_CASE("what nobody asked for is an error that names the nearest key") {
  Config config = Config::from_string("[agent]\nlerning_rate = 1\n[env]\nid = 'x'\n", "r.toml");
  (void)config.get("env.id", "");
  (void)config.section("agent").get("learning_rate", 1e-4);
  CHECK_THROWS_WITH(
      config.check_all_read(),
      "r.toml:2: agent.lerning_rate: unknown key; did you mean 'agent.learning_rate'?");
  Config other;
  other.set("zzz=1");
  CHECK_THROWS_WITH(other.check_all_read(), "zzz: unknown key");
  (void)other.get("zzz", 0);
  CHECK_NOTHROW(other.check_all_read());
}

TEST_CASE("copies and sections have their own settings and one record of what was asked") {
  Config root = recipe();
  Config copy = root;
  Config agent = root.section("agent");
  copy.set("seed=9");
  agent.set("gamma=0.5");
  CHECK(root.get("seed", 0) == 3);
  CHECK(copy.get("seed", 0) == 9);
  CHECK_FALSE(root.has("agent.gamma"));
  CHECK(agent.get("gamma", 0.99) == 0.5);
  CHECK(agent.section("net").keys() == std::vector<std::string>{"gains", "widths"});
  for (const std::string& key : agent.keys()) {
    if (key == "double") CHECK(agent.get(key, false));
  }
  CHECK_THROWS_WITH(copy.check_all_read(), ContainsSubstring("agent.algorithm: unknown key"));
  (void)agent.get("algorithm", "");
  (void)agent.get("buffer_size", 0);
  (void)agent.get("learning_rate", 0.0);
  (void)agent.section("net").get<std::vector<int>>("widths", {});
  (void)agent.section("net").get<std::vector<double>>("gains", {});
  CHECK_NOTHROW(agent.check_all_read());  // [env] is not its business
  CHECK_THROWS_WITH(root.check_all_read(), ContainsSubstring("env.id: unknown key"));
  CHECK_THAT(root.to_toml(), ContainsSubstring("gamma = 0.99"));  // asked for, not set here
}

TEST_CASE("a setting can be handed on as it is, which counts as reading it") {
  Config config;
  config.set("size=9");
  config.set("names=[\"a\", \"b\"]");
  CHECK(std::get<std::int64_t>(config.value("size")) == 9);
  CHECK_THROWS_WITH(config.check_all_read(), ContainsSubstring("names: unknown key"));
  CHECK(std::get<std::vector<std::string>>(config.value("names")).size() == 2);
  CHECK_NOTHROW(config.check_all_read());
}

TEST_CASE("the resolved recipe shows every default and reads back to the same bits") {
  Config config = recipe();
  (void)config.get("agent.gamma", 0.99F, 0.0F, 1.0F);
  (void)config.get("agent.net.activation", "relu");
  (void)config.get("total_timesteps", 10'000'000);
  (void)config.get("agent.epsilon", 1.0);
  CHECK(config.to_toml() == R"(seed = 3
total_timesteps = 10000000

[agent]
algorithm = "dqn"
buffer_size = 1000000.0
double = true
epsilon = 1.0
gamma = 0.99
learning_rate = 0.0001

[agent.net]
activation = "relu"
gains = [1, 0.5]
widths = [256, 256]

[env]
id = "Pong-v0"
wrappers = ["skip", "stack"]
)");
  CHECK(config.section("agent").section("net").to_toml() ==
        "activation = \"relu\"\ngains = [1, 0.5]\nwidths = [256, 256]\n");
  CHECK(Config::from_string(config.to_toml()).to_toml() == config.to_toml());
  CHECK(Config().to_toml().empty());
}

TEST_CASE("every double and every string survives the way through TOML") {
  using Limits = std::numeric_limits<double>;
  const std::vector<double> numbers{0.0,
                                    -0.0,
                                    0.1,
                                    1.0 / 3,
                                    1e15,
                                    1e16,
                                    123456789.0,
                                    -1e-300,
                                    0x1p53,
                                    Limits::min(),
                                    Limits::max(),
                                    Limits::denorm_min(),
                                    6.02e23,
                                    Limits::lowest(),
                                    Limits::infinity(),
                                    -Limits::infinity()};
  for (const double x : numbers) {
    CAPTURE(x);
    Config config;
    config.set("one", x);
    config.set("list", std::vector<double>{x, 0.5});
    const Config back = Config::from_string(config.to_toml());
    CHECK(std::bit_cast<std::uint64_t>(back.get("one", 7.0)) == std::bit_cast<std::uint64_t>(x));
    CHECK(std::bit_cast<std::uint64_t>(back.get<std::vector<double>>("list", {}).at(0)) ==
          std::bit_cast<std::uint64_t>(x));
  }
  Config config;
  const std::string text = "\"quoted\" \\ back\tslash\n\r\x01\x7F é 碁";
  config.set("text", text);
  config.set("texts", std::vector<std::string>{text, ""});
  config.set("least", std::numeric_limits<std::int64_t>::min());
  config.set("not_a_number", Limits::quiet_NaN());
  const Config back = Config::from_string(config.to_toml());
  CHECK(back.get("text", "") == text);
  CHECK(back.get<std::vector<std::string>>("texts", {}) == std::vector<std::string>{text, ""});
  CHECK(back.get("least", std::int64_t{0}) == std::numeric_limits<std::int64_t>::min());
  CHECK(std::isnan(back.get("not_a_number", 0.0)));
  for (const float x : {0.99F, 2.5e-4F, 0.1F, 1.0F / 3, std::numeric_limits<float>::denorm_min()}) {
    const Config defaults;
    (void)defaults.get("x", x);
    CHECK(Config::from_string(defaults.to_toml()).get("x", 7.0F) == x);
  }
}

TEST_CASE("the nearest name is what the user meant") {
  const std::vector<std::string> keys{
      "agent.learning_rate", "agent.n_steps", "agent.gamma", "env.id",
      "env.lanes",           "agent.n_envs",  "agent.l1"};
  CHECK(nearest_match("agent.lerning_rate", keys) == "agent.learning_rate");
  CHECK(nearest_match("agent.lr", keys) == "agent.learning_rate");
  CHECK(nearest_match("learning_rate", keys) == "agent.learning_rate");
  CHECK(nearest_match("agnet.gamma", keys) == "agent.gamma");
  CHECK(nearest_match("agent.num_envs", keys) == "agent.n_envs");
  CHECK(nearest_match("agent.zzz", keys).empty());
  const std::vector<std::string> ids{"Breakout-v0", "CartPole-v1", "Pong-v0"};
  CHECK(nearest_match("pong", ids) == "Pong-v0");
  CHECK(nearest_match("Pnog-v0", ids) == "Pong-v0");
  CHECK(nearest_match("cartpole-v1", ids) == "CartPole-v1");
  CHECK(nearest_match("Pong-v4", ids) == "Pong-v0");
  CHECK(nearest_match("tetris", ids).empty());
  CHECK(nearest_match("", ids).empty());
  CHECK(nearest_match("pong", {}).empty());
  CHECK(unknown_name("environment", "pong", ids) ==
        "unknown environment 'pong'; did you mean 'Pong-v0'? "
        "(known: Breakout-v0, CartPole-v1, Pong-v0)");
  CHECK(unknown_name("agent", "x", {}) == "unknown agent 'x' (known: none)");
}

TEST_CASE("differences of two configurations are told by key, numbers by value") {
  const Config before = Config::from_string(
      "steps = 1000\nname = \"a\"\n[agent]\ntau = 1\ngamma = 0.99\nlist = [1, 2]\nold = true\n");
  const Config now = Config::from_string(
      "steps = 1e3\nname = \"b\"\n[agent]\ntau = 1.0\ngamma = 0.9\nlist = [1, 3]\nnew = 2\n");
  std::string text;
  for (const auto& [key, was, is] : now.differences_from(before))
    text += fmt::format("{}: {} > {}\n", key, was, is);
  CHECK(text ==
        "agent.gamma: 0.99 > 0.9\nagent.list: [1, 2] > [1, 3]\nagent.new:  > 2\n"
        "agent.old: true > \nname: \"a\" > \"b\"\n");
  CHECK(before.differences_from(before).empty());
  // The same double, and another seed all the same.
  const Config one = Config::from_string("seed = 9007199254740993");
  CHECK(one.differences_from(Config::from_string("seed = 9007199254740992")).size() == 1);
}

TEST_CASE("a setting or a section can be removed") {
  Config config = Config::from_string("a = 1\nab = 2\n[b]\nc = 3\nd = 4\n");
  CHECK(config.remove("b.d") == std::vector<std::string>{"b.d"});
  CHECK(config.remove("a") == std::vector<std::string>{"a"});
  CHECK(config.remove("a").empty());
  CHECK(config.remove("b") == std::vector<std::string>{"b.c"});
  CHECK(config.keys() == std::vector<std::string>{"ab"});
}

TEST_CASE("an integer may be written as people write it") {
  const std::pair<const char*, const char*> cases[] = {
      {"1e6", "1000000"}, {"1_000_000", "1000000"},
      {"20.0", "20"},     {"1.5e3", "1500"},
      {"-2e2", "-200"},   {"+7", "7"},
      {"0.0", "0"},       {"1200e-2", "12"},
      {"1E+3", "1000"},   {"007", "7"},
      {"12", "12"},       {"18446744073709551615", "18446744073709551615"}};
  for (const auto& [text, expected] : cases) CHECK(plain_integer(text) == expected);
  for (const char* text :
       {"1.5", "1e-1", "", "e6", "1e", "1__0", "_1", "1_", "x", "1e99", "0x10", "1e6k", "nan", "."})
    CHECK(plain_integer(text) == text);
}

TEST_CASE("a seed of 64 bits is kept exactly") {
  constexpr std::uint64_t kLargest = ~std::uint64_t{0};
  for (const std::uint64_t seed :
       {std::uint64_t{0}, (std::uint64_t{1} << 63) - 1, std::uint64_t{1} << 63, kLargest}) {
    Config config;
    config.set("seed", Config::integer(seed));
    CHECK(config.get<std::uint64_t>("seed", 1) == seed);
    CHECK(Config::from_string(config.to_toml()).get<std::uint64_t>("seed", 1) == seed);
  }
  Config config;
  config.set("seed=18446744073709551615");
  CHECK(config.get<std::uint64_t>("seed", 1) == kLargest);
  CHECK(Config{}.get<std::uint64_t>("seed", kLargest) == kLargest);
  for (const char* bad : {"seed=-1", "seed=1.5", "seed=x", "seed=18446744073709551616"}) {
    config.set(bad);
    CHECK_THROWS_WITH(config.get<std::uint64_t>("seed", 1),
                      ContainsSubstring("must be an integer from 0 to 2^64 - 1"));
  }
  CHECK_THROWS_WITH(Config::from_string("seed = 18446744073709551615"),
                    ContainsSubstring("in quotes"));
}

TEST_CASE("a message quotes eighty characters of what it was given") {
  CHECK(excerpt("short") == "short");
  CHECK(excerpt(std::string(80, 'x')) == std::string(80, 'x'));
  CHECK(excerpt(std::string(81, 'x')) == std::string(80, 'x') + "…");
  CHECK(excerpt("a\nb\x1b[31mc") == "a b [31mc");
  std::string umlauts, eighty;
  for (int i = 0; i < 100; ++i) umlauts += "ä";
  for (int i = 0; i < 80; ++i) eighty += "ä";
  CHECK(excerpt(umlauts) == eighty + "…");
  CHECK(excerpt(std::string(5000, '\x80')).size() < 400);

  Config config;
  const std::string endless(100'000, 'q');
  const auto length_of = [](auto&& f) {
    try {
      f();
    } catch (const UsageError& error) {
      return std::string_view(error.what()).size();
    }
    return std::size_t{0};
  };
  CHECK(length_of([&] { config.set(endless); }) - 1 < 300);
  CHECK(length_of([&] { config.set(endless + "=[[1]]"); }) - 1 < 300);
  config.set("steps=" + endless);
  CHECK(length_of([&] { static_cast<void>(config.get<int>("steps", 1)); }) - 1 < 300);
  CHECK(length_of([&] { static_cast<void>(config.choice("steps", "a", {"a", "b"})); }) - 1 < 300);
  config.set(endless + "=1");
  CHECK(length_of([&] { config.check_all_read(); }) - 1 < 300);
}
