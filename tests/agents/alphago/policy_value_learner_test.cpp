#include "agents/alphago/policy_value_learner.hpp"

#include "agents/alphago/net_evaluator.hpp"
#include "core/check.hpp"
#include "tests/catch.hpp"

#include <algorithm>
#include <cmath>

using namespace tengen;

namespace {

PolicyValueOptions small_go(Precision precision = Precision::kFloat32) {
  return {.rows = 5,
          .columns = 5,
          .planes = 3,
          .globals = 2,
          .actions = 26,
          .territory = true,
          .blocks = 2,
          .channels = 16,
          .precision = precision};
}

// Random boards, and targets that nothing but learning by heart can meet.
PolicyValueBatch random_batch(const PolicyValueOptions& net, int rows, std::uint64_t seed = 3) {
  PolicyValueBatch batch(net, rows);
  Rng rng(seed);
  for (auto& plane : batch.planes) plane = rng.chance(0.4) ? 1 : 0;
  for (float& global : batch.globals) global = static_cast<float>(rng.uniform(-1, 1));
  const auto actions = static_cast<std::size_t>(net.actions);
  for (std::size_t row = 0; row < static_cast<std::size_t>(rows); ++row) {
    float* policy = batch.policy.data() + row * actions;
    policy[rng.below(static_cast<std::uint32_t>(actions))] += 0.75F;
    policy[rng.below(static_cast<std::uint32_t>(actions))] += 0.25F;
    batch.value[row] = rng.chance(0.5) ? 1.0F : -1.0F;
    batch.margin[row] = static_cast<float>(rng.uniform(-20, 20));
  }
  for (auto& owner : batch.ownership) owner = static_cast<std::int8_t>(rng.below(3)) - 1;
  return batch;
}

double entropy(const PolicyValueBatch& batch) {
  double sum = 0;
  for (const float p : batch.policy) sum -= p > 0 ? p * std::log(static_cast<double>(p)) : 0;
  return sum / batch.rows;
}

PolicyValueLearnerOptions options_of(const std::string& settings = "") {
  return read_policy_value_learner(Config::from_string(settings));
}

std::vector<std::byte> saved(const PolicyValueLearner& learner) {
  ArchiveWriter writer;
  learner.save(writer);
  return writer.bytes();
}

}  // namespace

TEST_CASE("a network learns a minibatch by heart", "[agents][long]") {
  for (const Precision precision : {Precision::kFloat32, Precision::kBfloat16}) {
    const PolicyValueOptions net = small_go(precision);
    WorkerPool pool(2);
    PolicyValueLearner learner(net, options_of("ownership_weight = 1\nmargin_weight = 1"),
                               {torch::kCPU, precision}, 1);
    const PolicyValueBatch batch = random_batch(net, 24);
    PolicyValueLosses losses = learner.step(batch, 3e-3, pool);
    CHECK(losses.policy > 2.5);
    CHECK(losses.value > 0.5);
    for (int i = 0; i < 300; ++i) losses = learner.step(batch, 3e-3, pool);
    const double slack = precision == Precision::kFloat32 ? 0.05 : 0.15;
    CHECK(losses.policy < entropy(batch) + slack);
    CHECK(losses.value < slack);
    CHECK(losses.margin < slack);
    CHECK(losses.ownership < 2 * slack);
  }
}

TEST_CASE("learning does not depend on threads, and goes on from a checkpoint", "[agents]") {
  for (const Precision precision : {Precision::kFloat32, Precision::kBfloat16}) {
    const PolicyValueOptions net = small_go(precision);
    const Backend backend{torch::kCPU, precision};
    const PolicyValueLearnerOptions options = options_of("shards = 3");
    PolicyValueLearner one(net, options, backend, 5), two(net, options, backend, 5);
    WorkerPool single(1), both(2);
    for (std::uint64_t i = 0; i < 4; ++i) {
      const PolicyValueBatch batch = random_batch(net, 10, i);
      one.step(batch, 1e-2, single);
      two.step(batch, 1e-2, both);
    }
    CHECK((saved(one) == saved(two)));

    PolicyValueLearner resumed(net, options, backend, 6);
    resumed.load(ArchiveReader::from_bytes(saved(one), "test"));
    CHECK((saved(resumed) == saved(one)));
    const PolicyValueBatch batch = random_batch(net, 10, 9);
    one.step(batch, 1e-2, single);
    resumed.step(batch, 1e-2, single);
    CHECK((saved(resumed) == saved(one)));
  }
}

TEST_CASE("what plays is an average of what was learnt", "[agents]") {
  const PolicyValueOptions net = small_go();
  WorkerPool pool(1);
  PolicyValueLearner learner(net, options_of("average = 0.15\nshards = 1"), {}, 1);
  const torch::NoGradGuard no_grad;
  Tensor expected = learner.parameters().flat().clone();
  CHECK(torch::equal(learner.average().flat(), expected));
  // (1 + n) / (10 + n) of the average is left at first, at most 0.15.
  for (const double keep : {1.0 / 10, 0.15, 0.15}) {
    const torch::AutoGradMode grad(true);
    learner.step(random_batch(net, 8), 1e-2, pool);
    const torch::NoGradGuard none;
    expected = keep * expected + (1 - keep) * learner.parameters().flat();
    CHECK((learner.average().flat() - expected).abs().max().item<double>() < 1e-6);
  }
}

TEST_CASE("a search asks the network that was learnt", "[agents]") {
  const PolicyValueOptions net = small_go();
  WorkerPool pool(1);
  PolicyValueLearner learner(net, options_of("average = 0"), {}, 1);
  const PolicyValueBatch batch = random_batch(net, 8);
  for (int i = 0; i < 200; ++i) learner.step(batch, 3e-3, pool);
  const GameSpec game{.name = "test",
                      .rows = 5,
                      .columns = 5,
                      .planes = 3,
                      .globals = 2,
                      .actions = 26,
                      .ownership = true};
  EvaluationBatch asked(game, 10);
  for (int row = 0; row < 8; ++row) {
    const auto at = static_cast<std::ptrdiff_t>(row);
    std::copy_n(batch.planes.begin() + at * 75, 75, asked.planes(row).begin());
    std::copy_n(batch.globals.begin() + at * 2, 2, asked.globals(row).begin());
  }
  for (const Precision precision : {Precision::kFloat32, Precision::kBfloat16}) {
    NetEvaluator evaluator(learner.player({torch::kCPU, precision}));
    evaluator.evaluate(asked, 8);
    for (int row = 0; row < 8; ++row) {
      const auto logits = asked.logits(row);
      const auto best = std::ranges::max_element(logits) - logits.begin();
      CHECK(batch.policy[static_cast<std::size_t>(row * 26 + best)] >= 0.25F);  // one of its two
      CHECK(std::abs(asked.value(row) - batch.value[static_cast<std::size_t>(row)]) < 0.4F);
    }
  }
}

TEST_CASE("learning starts from a player, of the same network or a smaller one") {
  const PolicyValueOptions small = small_go();
  WorkerPool pool(1);
  PolicyValueLearner first(small, options_of("average = 0.5"), {}, 1);
  const PolicyValueBatch batch = random_batch(small, 8);
  for (int i = 0; i < 20; ++i) first.step(batch, 3e-3, pool);
  ArchiveWriter writer;
  first.save_player(writer);
  const ArchiveReader player = ArchiveReader::from_bytes(writer.bytes(), "first.tgn");
  const auto answers = [&](const std::shared_ptr<const InferenceNet>& net) {
    std::vector<float> logits(8 * 26), value(8), margin(8), owners(8 * 25);
    InferenceNet::Workspace memory;
    net->evaluate({8, batch.planes.data(), batch.globals.data(), logits.data(), value.data(),
                   margin.data(), owners.data()},
                  memory);
    logits.insert(logits.end(), value.begin(), value.end());
    logits.insert(logits.end(), owners.begin(), owners.end());
    return logits;
  };
  const std::vector<float> expected = answers(first.player({}));

  PolicyValueLearner same(small, options_of(), {}, 2);
  CHECK(answers(same.player({})) != expected);
  same.start_from(player, small);
  CHECK(torch::equal(same.average().flat(), first.average().flat()));
  CHECK(torch::equal(same.parameters().flat(), first.average().flat()));  // not as learnt last
  CHECK(answers(same.player({})) == expected);

  PolicyValueOptions larger = small;
  larger.blocks = 4;
  larger.channels = 24;
  for (const Precision precision : {Precision::kFloat32, Precision::kBfloat16}) {
    larger.precision = precision;
    PolicyValueLearner grown(larger, options_of(), {torch::kCPU, precision}, 3);
    grown.start_from(player, small);
    const std::vector<float> found = answers(grown.player({}));
    for (std::size_t i = 0; i < found.size(); ++i)
      CHECK(found[i] == Approx(expected[i]).margin(1e-4));
    // It learns on from there.
    CHECK(grown.step(batch, 3e-3, pool).policy < first.step(batch, 0, pool).policy + 0.3);
  }

  PolicyValueLearner smaller(small_go(), options_of(), {}, 4);
  ArchiveWriter large;
  PolicyValueLearner(larger, options_of(), {}, 5).save_player(large);
  CHECK_THROWS_WITH(
      smaller.start_from(ArchiveReader::from_bytes(large.bytes(), "large.tgn"), larger),
      StartsWith("large.tgn: a network grows into one with more blocks or channels"));
}

TEST_CASE("on a GPU: a policy-value learner takes the steps that it takes on the CPU", "[agents]") {
  if (!torch::cuda::is_available()) {
    WARN("no GPU here: not tested");
    return;
  }
  const PolicyValueOptions net = small_go();
  WorkerPool pool(2);
  for (const char* settings : {"shards = 1", "shards = 2"}) {
    CAPTURE(settings);
    PolicyValueLearner here(net, options_of(settings), {torch::kCPU, Precision::kFloat32}, 1);
    PolicyValueLearner there(net, options_of(settings),
                             {torch::Device("cuda"), Precision::kFloat32}, 1);
    for (int step = 0; step < 6; ++step) {  // minibatches of another size are recorded anew
      const PolicyValueBatch batch =
          random_batch(net, step == 3 ? 24 : 40, static_cast<std::uint64_t>(step));
      const PolicyValueLosses a = here.step(batch, 1e-3, pool), b = there.step(batch, 1e-3, pool);
      CAPTURE(step);
      CHECK(b.policy == Approx(a.policy).epsilon(0.01));
      CHECK(b.value == Approx(a.value).epsilon(0.02));
      CHECK(b.margin == Approx(a.margin).epsilon(0.02));
      CHECK(b.ownership == Approx(a.ownership).epsilon(0.02));
      CHECK(b.entropy == Approx(a.entropy).epsilon(0.02));
      CHECK(b.target_entropy == Approx(a.target_entropy).epsilon(1e-4));
      CHECK(b.norm == Approx(a.norm).epsilon(0.05));
    }
  }
}

TEST_CASE("of two separate networks one learns while the other rests, to the bit", "[agents]") {
  for (const Precision precision : {Precision::kFloat32, Precision::kBfloat16}) {
    PolicyValueOptions net = small_go(precision);
    net.separate = true;
    const Backend backend{torch::kCPU, precision};
    WorkerPool pool(2);
    PolicyValueLearner learner(net, options_of("weight_decay = 0.1\naverage = 0.9"), backend, 5);
    for (std::uint64_t i = 0; i < 4; ++i) learner.step(random_batch(net, 10, i), 1e-2, pool);
    const auto bytes_of = [&](bool policy) {
      std::vector<std::byte> bytes;
      const auto add = [&](const Parameters& all) {
        for (const auto [begin, end] : ranges_of(all.layout(), [&](const ParameterSpec& spec) {
               return PolicyValueNet::of_policy(spec) == policy;
             })) {
          const float* first = all.flat().data_ptr<float>() + begin;
          const auto piece = std::as_bytes(std::span(first, static_cast<std::size_t>(end - begin)));
          bytes.insert(bytes.end(), piece.begin(), piece.end());
        }
      };
      add(learner.parameters());
      add(learner.average());
      // The statistics, as they are saved.
      const auto reader = ArchiveReader::from_bytes(saved(learner), "test");
      for (const char* record : {"agent/statistics", "agent/average_statistics"}) {
        Parameters statistics(learner.network()->statistics(), {});
        statistics.load(reader, record);
        add(statistics);
      }
      return bytes;
    };
    for (const LearntPart part : {LearntPart::kValue, LearntPart::kPolicy}) {
      const bool policy_rests = part == LearntPart::kValue;
      const auto resting = bytes_of(policy_rests), learning = bytes_of(!policy_rests);
      learner.learn_only(part);
      learner.restart();
      for (std::uint64_t i = 0; i < 3; ++i) learner.step(random_batch(net, 10, i), 1e-2, pool);
      CHECK((bytes_of(policy_rests) == resting));
      CHECK((bytes_of(!policy_rests) != learning));
    }
  }
}
