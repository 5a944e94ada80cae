// Deep Q-learning with memory, from replayed sequences.
#pragma once

#include "agents/agent.hpp"

namespace tengen {

/// Settings of its own, beside dqn's (double, dueling and prioritised are on here; batch_size
/// counts sequences, buffer_size steps):
///
///   sequence_length   rows of a sequence that are learned from
///   burn_in           rows before them that only bring the state up to date
///   sequence_period   steps from one sequence's start to the next; half of sequence_length
///   prioritised_eta   a sequence's priority is η max |δ| + (1 − η) mean |δ|
///   value_rescaling   learn h(return), see rescale()
///
/// and in [net] recurrent, "gru" or "lstm", and recurrent_size. Throws UsageError.
std::unique_ptr<Agent> make_r2d2(const AgentContext& context);
std::unique_ptr<Policy> load_r2d2_policy(const AgentContext& context, const ArchiveReader& reader);

}  // namespace tengen
