#include "nets/backend.hpp"
#include "nets/board/policy_value.hpp"
#include "nets/net_options.hpp"
#include "nets/runtime.hpp"
#include "tests/catch.hpp"

#include <cstdlib>

using namespace tengen;

namespace {

// As on a processor that has no more than these instructions.
class Limit {
 public:
  explicit Limit(const char* instructions) { ::setenv(kName, instructions, 1); }
  ~Limit() { ::unsetenv(kName); }
  Limit(const Limit&) = delete;
  Limit& operator=(const Limit&) = delete;

 private:
  static constexpr const char* kName = "ONEDNN_MAX_CPU_ISA";
};

Precision chosen(Precision asked) { return make_backend("cpu", asked).precision; }

Precision asked_by(const std::string& toml, bool picture) {
  const Config recipe = Config::from_string("[net]\n" + toml);
  const ObservationSpace screen{{84, 84}, Element::kUint8, 0, 255};
  const ObservationSpace vector{{4}, Element::kFloat, -1, 1};
  const NetOptions net = read_net(recipe.section("net"), picture ? screen : vector, 1);
  const std::string wanted = toml.empty() ? "precision = \"auto\"" : toml;
  CHECK_THAT(recipe.to_toml(), ContainsSubstring(wanted));  // what is stored: not what was chosen
  return net.precision;
}

}  // namespace

TEST_CASE("the machine that computes decides about bfloat16, whatever is stored") {
  const Precision pictures = asked_by("", true);
  const Precision always = asked_by("precision = \"bfloat16\"", false);
  CHECK(asked_by("precision = \"bfloat16\"", true) == pictures);
  CHECK(asked_by("precision = \"auto\"", true) == pictures);
  CHECK(asked_by("", false) == Precision::kFloat32);  // small layers
  CHECK(asked_by("precision = \"float32\"", true) == Precision::kFloat32);
  const Config recipe;
  CHECK(read_policy_value(recipe.section("net"), {}).precision == pictures);
  CHECK_THAT(recipe.to_toml(), ContainsSubstring("precision = \"auto\""));

  const Precision here = bfloat16_report().fast ? Precision::kBfloat16 : Precision::kFloat32;
  CHECK(chosen(pictures) == here);
  CHECK(chosen(always) == here);
  CHECK(chosen(Precision::kFloat32) == Precision::kFloat32);
  for (const char* instructions : {"AVX2", "avx512_core", "AVX512_CORE_VNNI"}) {
    const Limit limit(instructions);
    CHECK(!bfloat16_report().fast);
    CHECK(chosen(pictures) == Precision::kFloat32);
    CHECK(chosen(always) == Precision::kFloat32);
  }
  for (const char* instructions : {"AVX512_CORE_BF16", "AVX512_CORE_AMX", "ALL"}) {
    const Limit limit(instructions);
    CHECK(chosen(pictures) == here);
  }
}
