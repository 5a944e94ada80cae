#include "agents/registry.hpp"

#include "envs/classic/cart_pole.hpp"
#include "envs/classic/pendulum.hpp"
#include "tests/agents/probes.hpp"
#include "tests/agents/run.hpp"
#include "tests/catch.hpp"

using namespace tengen;

namespace {

// Shows pictures in which nothing happens.
struct Screen {
  using Element = std::uint8_t;
  using Action = int;
  EnvSpec spec() const {
    return {.name = "Screen-v0",
            .observation = {{36, 36}, tengen::Element::kUint8, 0, 255},
            .action = Discrete{3, {}}};
  }
  void reset(Rng&) {}
  Outcome step(int, Rng&) { return {}; }
  void observe(std::span<std::uint8_t> out) const { std::ranges::fill(out, std::uint8_t{0}); }
};

int lanes_of(std::string_view settings) {
  return Config::from_string(settings).get<int>("n_envs", 1);
}

}  // namespace

TEST_CASE("every row of the table of learners has a name of its own and what its kind needs") {
  const auto& entries = agent_entries();
  CHECK(std::ranges::adjacent_find(entries, std::ranges::greater_equal{}, &AgentEntry::name) ==
        entries.end());
  for (const AgentEntry& entry : entries) {
    INFO(entry.name);
    CHECK(&find_agent(entry.name) == &entry);
    CHECK(!entry.description.empty());
    CHECK(entry.from_games() == (entry.agent == nullptr));
    CHECK(entry.from_games() == (entry.policy == nullptr));
  }
  CHECK_THROWS_WITH(find_agent("dqm"), ContainsSubstring("did you mean 'dqn'?"));
}

TEST_CASE("a learner is made for the actions that it takes, and refuses others by name") {
  const auto check = []<class E>(const AgentEntry& entry, const char* kind,
                                 std::in_place_type_t<E>) {
    INFO(entry.name << " " << kind);
    if (entry.takes(E{}.spec().action)) {
      CHECK_NOTHROW(Run<E>(entry.name, ""));
    } else {
      CHECK_THROWS_WITH(Run<E>(entry.name, ""),
                        StartsWith(entry.name + " chooses") && ContainsSubstring(E{}.spec().name) &&
                            ContainsSubstring(kind) && ContainsSubstring("ppo"));
      const auto nothing = ArchiveReader::from_bytes(ArchiveWriter().bytes(), "none.tgn");
      AgentContext context;
      context.env = E{}.spec();
      CHECK_THROWS_AS(entry.load_policy(context, nothing), UsageError);
    }
  };
  for (const AgentEntry& entry : agent_entries()) {
    if (entry.from_games()) continue;
    check(entry, "discrete", std::in_place_type<probes::Choice>);
    check(entry, "continuous", std::in_place_type<probes::Target>);
  }
}

TEST_CASE("the usual settings of every learner are settings that it reads") {
  const auto check = []<class E>(const AgentEntry& entry, std::string_view usual,
                                 std::in_place_type_t<E>) {
    if (entry.from_games() || !entry.takes(E{}.spec().action)) return;
    INFO(entry.name);
    const int lanes = lanes_of(usual);
    const Run<E> run(entry.name, std::string(usual), lanes);
    const Config read = run.context.config;
    for (const char* key : {"n_envs", "eval_freq", "checkpoint_freq", "log_freq", "steps"})
      static_cast<void>(read.get<std::int64_t>(key, 0));  // training reads these
    CHECK_NOTHROW(read.check_all_read());
  };
  for (const AgentEntry& entry : agent_entries()) {
    check(entry, entry.usual.vectors, std::in_place_type<CartPole>);
    check(entry, entry.usual.vectors, std::in_place_type<Pendulum>);
    check(entry, entry.usual.pictures, std::in_place_type<Screen>);
  }
}

TEST_CASE("what learns from whole games is no agent of an environment") {
  for (const AgentEntry& entry : agent_entries())
    if (entry.from_games())
      CHECK_THROWS_WITH(Run<probes::Choice>(entry.name, ""),
                        ContainsSubstring(entry.name + " learns from whole games"));
}
