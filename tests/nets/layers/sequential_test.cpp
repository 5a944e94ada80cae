#include "nets/layers/sequential.hpp"

#include "core/check.hpp"
#include "nets/actor_critic.hpp"
#include "nets/board/policy_value.hpp"
#include "nets/network.hpp"
#include "nets/state_action.hpp"
#include "tests/catch.hpp"

using namespace tengen;

namespace {

const ObservationSpace kScreen{{84, 84}, Element::kUint8, 0, 255};
const ObservationSpace kVector{{3}, Element::kFloat, -1, 1};

Config net_of(const std::string& toml) {
  return Config::from_string("[net]\n" + toml).section("net");
}

NetOptions read(const std::string& toml, const ObservationSpace& space = kVector) {
  return read_net(net_of("precision = \"float32\"\n" + toml), space, 1);
}

std::string listed(const std::string& layers) { return fmt::format("layers = [{}]\n", layers); }

template <class F>
std::string error_of(const F& f) {
  try {
    f();
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

EnvSpec env_of(const ObservationSpace& space) {
  return {.name = "Some-v0", .observation = space, .action = Discrete{3, {}}};
}

ActorCritic actor_critic(const std::string& toml) {
  return ActorCritic(read_actor_critic(net_of(toml), env_of(kVector), 1));
}

// Compares the gradient of `loss` by all parameters with a finite difference along some direction.
template <class F>
void check_gradient(const Parameters& parameters, const F& loss) {
  const auto gradients = torch::autograd::grad({loss()}, parameters.views());
  const torch::NoGradGuard no_grad;
  double derivative = 0;
  std::vector<Tensor> along;
  for (const Tensor& g : gradients) {
    along.push_back(torch::randn(g.sizes()));
    derivative += (g * along.back()).sum().template item<double>();
  }
  const auto move = [&](double distance) {
    for (std::size_t i = 0; i < along.size(); ++i)
      parameters.exact_views()[i].add_(along[i], distance);
  };
  const double step = 2e-3;
  move(step);
  const double after = loss().template item<double>();
  move(-2 * step);
  const double before = loss().template item<double>();
  CHECK((after - before) / (2 * step) == Approx(derivative).epsilon(0.02).margin(0.02));
}

}  // namespace

TEST_CASE("layers that a recipe lists are those that its other settings make") {
  const HeadOptions head{.actions = 4, .dueling = true};
  const auto manifest = [&](const std::string& toml, const ObservationSpace& space) {
    return Network(read(toml, space), head).layout().manifest();
  };
  CHECK(manifest(listed(R"("conv 16@8s4", "max 2", "dense 64", "dense 32")"), kScreen) ==
        manifest("conv = [\"16@8s4\", \"max2\"]\nhidden = [64, 32]", kScreen));
  CHECK(manifest(listed(R"("dense 64", "dense 64")"), kVector) == manifest("", kVector));
  CHECK(
      actor_critic("hidden = [8]\nrecurrent = \"lstm\"\nrecurrent_size = 6").layout().manifest() ==
      actor_critic(listed(R"("dense 8", "lstm 6")")).layout().manifest());
  // With dropout the same numbers are drawn.
  const Network one(read("hidden = [8, 8]\ndropout = 0.5"), head);
  const Network other(read(listed(R"("dense 8", "dropout 0.5", "dense 8", "dropout 0.5")")), head);
  Parameters parameters(one.layout(), {});
  parameters.initialise(Rng(1));
  const Tensor x = torch::randn({5, 3, 1, 1});
  Rng here(2), there(2);
  CHECK(torch::equal(one.values(parameters.views(), x, {.dropout = &here}),
                     other.values(parameters.views(), x, {.dropout = &there})));
  CHECK(here.below(1'000'000) == there.below(1'000'000));
}

TEST_CASE("a list of layers that makes no sense is one clear line") {
  const auto error = [](const std::string& toml, const ObservationSpace& space = kScreen) {
    return error_of([&] { static_cast<void>(Network(read(toml, space), {})); });
  };
  CHECK_THAT(error(listed(R"("dense")")), ContainsSubstring("net.layers: 'dense' is no layer") &&
                                              ContainsSubstring("dropout 0.1"));
  for (const char* wrong :
       {"dens 4", "dense 0", "dense 4 ", "dropout 1", "gru", "norm 3", "max 0", ""})
    CHECK_THAT(error(listed(fmt::format("\"{}\"", wrong))), ContainsSubstring("is no layer"));
  CHECK_THAT(error(listed(R"("dense 4", "conv 8@3")")), ContainsSubstring("take pictures"));
  CHECK_THAT(error(listed(R"("conv 8@40", "conv 8@50s9")")),
             ContainsSubstring("nothing of the 84x84"));
  CHECK_THAT(error(listed(R"("dense 4")") + "hidden = [4]"),
             ContainsSubstring("net.hidden") && ContainsSubstring("net.layers"));
  CHECK_THAT(error(listed(R"("dense 4")") + "dropout = 0.5"), ContainsSubstring("net.dropout"));
}

TEST_CASE("dropout, noisy, normalised and recurrent layers learn in a Q-network") {
  torch::manual_seed(1);
  const Network network(
      read(listed(R"("norm", "dense 8", "dropout 0.25", "noisy 6", "gru 5", "lstm 4", "dense 6")") +
           "activation = \"tanh\""),
      {.actions = 3, .dueling = true});
  REQUIRE(network.state_size() == 5 + 2 * 4);
  CHECK_THAT(network.layout().manifest(), ContainsSubstring("recurrent2.weight_ih 16x5"));
  Parameters parameters(network.layout(), {});
  parameters.initialise(Rng(3));
  Noise noise = network.make_noise({});
  Rng rng(4);
  noise.draw(rng);
  constexpr int kSteps = 4, kLanes = 2;
  const Tensor x = torch::randn({kSteps * kLanes, 3, 1, 1});
  const Tensor state = torch::randn({kLanes, network.state_size()});
  Tensor keep = torch::ones({kSteps, kLanes});
  keep[2][1] = 0;
  const Tensor direction = torch::randn({kSteps * kLanes, 3, 1});
  check_gradient(parameters, [&] {
    Rng dropout(5);
    const Sequence out =
        network.forward(parameters.views(), x, state, keep, {.noise = &noise, .dropout = &dropout});
    return (out.output * direction).sum() + out.state.sum();
  });
  const torch::NoGradGuard no_grad;
  const auto run = [&](const Tensor& from, int begin, int count) {
    return network.forward(parameters.views(), x.narrow(0, begin * kLanes, count * kLanes), from,
                           keep.narrow(0, begin, count));
  };
  const Sequence whole = run(state, 0, 4), first = run(state, 0, 1), rest = run(first.state, 1, 3);
  CHECK(torch::allclose(whole.output, torch::cat({first.output, rest.output}), 1e-4, 1e-6));
  CHECK(torch::allclose(whole.state, rest.state, 1e-4, 1e-6));
}

TEST_CASE("dropout, normalised and recurrent layers learn in an actor-critic") {
  torch::manual_seed(2);
  for (const char* layers : {R"("dense 8", "dropout 0.25", "norm", "gru 5", "dense 6")",
                             R"("norm", "dense 8", "dropout 0.25", "dense 6")"}) {
    const ActorCritic network = actor_critic(listed(layers));
    Parameters parameters(network.layout(), {});
    parameters.initialise(Rng(3));
    const Tensor x = torch::randn({6, 3, 1, 1}), direction = torch::randn({6, 3});
    const Tensor state = torch::randn({2, network.options().state_size()});
    check_gradient(parameters, [&] {
      Rng dropout(5);
      const auto out = network.forward(parameters.views(), x, state, torch::ones({3, 2}),
                                       {.noise = nullptr, .dropout = &dropout});
      return (out.policy * direction).sum() + out.value.sum();
    });
  }
}

TEST_CASE("a network that cannot give what a layer needs refuses it by name and says why") {
  const auto q = [](const std::string& toml, const HeadOptions& head) {
    return error_of([&] { static_cast<void>(Network(read(toml), head)); });
  };
  CHECK_THAT(q("shared_hidden = true", {}),
             ContainsSubstring("net.shared_hidden") && ContainsSubstring("agent.dueling"));
  CHECK_THAT(q("shared_hidden = true\n" + listed(R"("gru 8")"), {.dueling = true}),
             ContainsSubstring("net.shared_hidden") && ContainsSubstring("memory"));
  CHECK(q("shared_hidden = true", {.dueling = true}).empty());

  const auto critic = [](const std::string& toml) {
    return error_of([&] { static_cast<void>(read_state_action(net_of(toml), kVector, 1)); });
  };
  CHECK_THAT(critic("dropout = 0.1"), ContainsSubstring("net.dropout: sac's critics are "
                                                        "differentiated without autograd"));
  CHECK_THAT(critic(listed(R"("dense 8", "dropout 0.1")")), ContainsSubstring("net.layers: sac"));
  CHECK_THAT(critic(listed(R"("noisy 8")")), ContainsSubstring("noisy"));
  CHECK_THAT(critic(listed(R"("gru 8")")), ContainsSubstring("memory"));
  CHECK_THAT(critic("recurrent = \"gru\""), ContainsSubstring("net.recurrent: sac"));
  CHECK_THAT(critic("shared_hidden = true"), ContainsSubstring("net.shared_hidden: sac"));

  CHECK_THAT(error_of([&] { static_cast<void>(actor_critic(listed(R"("noisy 8")"))); }),
             ContainsSubstring("net.layers") && ContainsSubstring("noisy"));
  for (const char* setting :
       {"dropout = 0.1", "recurrent = \"gru\"", "shared_hidden = true", "layers = [\"dense 8\"]"})
    CHECK_THAT(error_of([&] { static_cast<void>(read_policy_value(net_of(setting), {})); }),
               ContainsSubstring("residual tower"));
}
