// Our dynamics against transitions recorded from Gymnasium by tests/golden/make_classic.py.
#include "envs/classic/acrobot.hpp"
#include "envs/classic/cart_pole.hpp"
#include "envs/classic/mountain_car.hpp"
#include "envs/classic/pendulum.hpp"

#include "tests/catch.hpp"

#include <cstdlib>
#include <fstream>
#include <functional>

using namespace tengen;

namespace {

using Row = std::vector<double>;

std::vector<Row> read_table(const std::string& name) {
  std::ifstream file(std::string(TENGEN_SOURCE_DIR "/tests/golden/") + name + ".csv");
  std::string line;
  std::getline(file, line);  // header
  std::vector<Row> rows;
  while (std::getline(file, line)) {
    Row& row = rows.emplace_back();
    for (const char* at = line.c_str(); *at != '\0';) {
      char* end = nullptr;
      row.push_back(std::strtod(at, &end));
      at = *end == ',' ? end + 1 : end;
    }
  }
  return rows;
}

// The state variables of each, in Gymnasium's order.
std::vector<double*> variables(CartPole& env) {
  return {&env.position, &env.velocity, &env.angle, &env.angular_velocity};
}
std::vector<double*> variables(MountainCar& env) { return {&env.position, &env.velocity}; }
std::vector<double*> variables(Acrobot& env) {
  return {&env.state[0], &env.state[1], &env.state[2], &env.state[3]};
}
std::vector<double*> variables(Pendulum& env) { return {&env.angle, &env.speed}; }

template <class E>
Outcome step(E& env, double action) {
  Rng rng;
  if constexpr (std::is_same_v<typename E::Action, int>) {
    return env.step(static_cast<int>(action), rng);
  } else {
    const auto torque = static_cast<float>(action);
    return env.step({&torque, 1}, rng);
  }
}

template <class E>
void check_against(const std::string& name) {
  const std::vector<Row> table = read_table(name);
  REQUIRE(table.size() > 200);
  for (const Row& row : table) {
    CAPTURE(name, row);
    E env;
    const std::vector<double*> state = variables(env);
    std::vector<float> seen(env.spec().observation.shape.count());
    REQUIRE(row.size() == 2 * state.size() + seen.size() + 3);
    auto value = row.begin();
    for (double* variable : state) *variable = *value++;
    const Outcome outcome = step(env, *value++);
    for (const double* variable : state)
      CHECK(*variable == Approx(*value++).epsilon(0).margin(1e-12));
    env.observe(seen);
    for (const float component : seen) CHECK(component == static_cast<float>(*value++));
    CHECK(outcome.reward == static_cast<float>(*value++));
    CHECK(outcome.terminated == (*value++ != 0));
  }
}

}  // namespace

TEST_CASE("CartPole steps as Gymnasium's does") { check_against<CartPole>("cart_pole"); }
TEST_CASE("MountainCar steps as Gymnasium's does") { check_against<MountainCar>("mountain_car"); }
TEST_CASE("Acrobot steps as Gymnasium's does") { check_against<Acrobot>("acrobot"); }
TEST_CASE("Pendulum steps as Gymnasium's does") { check_against<Pendulum>("pendulum"); }
