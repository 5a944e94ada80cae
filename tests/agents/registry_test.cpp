#include "agents/registry.hpp"

#include "tests/agents/probes.hpp"
#include "tests/agents/run.hpp"
#include "tests/catch.hpp"

using namespace tengen;

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

TEST_CASE("what learns from whole games is no agent of an environment") {
  for (const AgentEntry& entry : agent_entries())
    if (entry.from_games())
      CHECK_THROWS_WITH(Run<probes::Choice>(entry.name, ""),
                        ContainsSubstring(entry.name + " learns from whole games"));
}
