#include "experiments/remote/peer.hpp"

#include "experiments/remote/connect.hpp"

#include <algorithm>
#include <cstring>

namespace tengen {
namespace {

Channel::Clock::duration duration_of(double seconds) {
  return std::chrono::duration_cast<Channel::Clock::duration>(
      std::chrono::duration<double>(seconds));
}

// Adds the rows of all lanes, as few pieces as their memory allows.
void add_rows(Gather& gather, const ObservationView& rows) {
  if (rows.lane_stride == rows.row_bytes()) {
    gather.add(std::span<const std::byte>(rows.data, rows.row_bytes() * usize(rows.lanes)));
    return;
  }
  for (int lane = 0; lane < rows.lanes; ++lane) gather.add(rows.bytes(lane));
}

void copy_rows(const ObservationView& from, const ObservationView& to) {
  if (to.lane_stride == to.row_bytes()) {
    std::memcpy(to.data, from.data, to.row_bytes() * usize(to.lanes));
    return;
  }
  for (int lane = 0; lane < to.lanes; ++lane)
    std::ranges::copy(from.bytes(lane), to.bytes(lane).begin());
}

void copy_masks(const MaskView& from, const MaskView& to) {
  std::ranges::copy(from.data, to.data.begin());
}

}  // namespace

Peer::Peer(const Address& address, int lanes, const ClientOptions& options)
    : Peer(connect(address, Clock::now() + duration_of(options.timeout)), address, lanes, options) {
}

Peer::Peer(Channel channel, const Address& address, int lanes, const ClientOptions& options)
    : name_(address.text), timeout_(duration_of(options.timeout)), channel_(std::move(channel)) {
  greet(address, lanes, options);
  const EnvSpec& spec = welcome_.spec;
  scored_.resize(usize(lanes));
  game_ended_.resize(usize(lanes));
  if (spec.masked) final_legal_.resize(usize(lanes) * usize(std::get<Discrete>(spec.action).n));
}

Peer::~Peer() {
  try {
    channel_.send(Message::kClose, std::string_view(), Clock::now());
  } catch (...) {  // it is gone already
  }
}

void Peer::greet(const Address& address, int lanes, const ClientOptions& options) {
  const bool local = address.kind == Address::Kind::kUnix;
  Hello hello;
  hello.lanes = lanes;
  hello.memory = options.memory && local;
  hello.token = options.token;
  hello.options = options.env;
  const std::string text = to_json(hello);
  if (text.size() > kMostHello)
    throw UsageError("the options of an environment elsewhere have {} bytes at most", kMostHello);
  answer_by_ = deadline();
  try {
    channel_.send(Message::kHello, text, answer_by_);
  } catch (const PeerFault&) {  // it has closed; why, it may have said before
  }
  Descriptor descriptor;
  const Header header =
      local ? channel_.read_header(answer_by_, descriptor) : channel_.read_header(answer_by_);
  check_header(header, Message::kWelcome, 2, kMostText);
  welcome_ = parse_welcome(channel_.read_text(header.length, answer_by_));
  if (welcome_.lanes != lanes)
    throw Malformed("it gives {} lanes, and {} were asked for", welcome_.lanes, lanes);
  sizes_.emplace(welcome_.spec, lanes);
  if (!welcome_.memory) return;
  if (!hello.memory) throw Malformed("it gives memory that was not asked for");
  if (!descriptor.is_open()) throw Malformed("memory: no descriptor came with it");
  memory_ = SharedMemory(std::move(descriptor), welcome_.memory->size);
}

void Peer::send(Message type, std::span<const std::byte> body) {
  answer_by_ = deadline();
  channel_.send(type, body, answer_by_);
}

void Peer::check_header(const Header& header, Message type, std::uint64_t low, std::uint64_t high) {
  if (header.type == Message::kError) fail(header);
  if (header.type != type)
    throw Malformed("a message of type {} came where one of type {} was due",
                    static_cast<std::uint32_t>(header.type), static_cast<std::uint32_t>(type));
  if (header.length < low || header.length > high)
    throw Malformed("a message of type {} has {} bytes; {} to {} were due",
                    static_cast<std::uint32_t>(type), header.length, low, high);
}

std::uint32_t Peer::await(Message type, std::uint64_t low, std::uint64_t high) {
  const Header header = channel_.read_header(answer_by_);
  check_header(header, type, low, high);
  return header.length;
}

void Peer::fail(const Header& header) {
  if (header.length > kMostText)
    throw Malformed("its error message has {} bytes; at most {} are allowed", header.length,
                    kMostText);
  const ErrorMessage error = parse_error_message(channel_.read_text(header.length, answer_by_));
  // What it took for malformed may have been damaged on the way.
  if (error.kind == ErrorKind::kProtocol) throw PeerFault("the server says: {}", error.text);
  if (error.kind == ErrorKind::kUsage && !sizes_) throw UsageError("{}: {}", name_, error.text);
  throw Error("{}: {}", name_, error.text);
}

void Peer::send_reset(std::uint64_t seed) {
  send(Message::kReset, std::as_bytes(std::span(&seed, 1)));
}

void Peer::send_observe() { send(Message::kObserve); }

void Peer::send_step(const ActionView& action) {
  const auto bytes = bytes_of(action);
  TENGEN_CHECK(bytes.size() == sizes_->all(Section::kAction));
  if (memory_.empty()) return send(Message::kStep, bytes);
  std::ranges::copy(bytes, action_bytes(memory_, *welcome_.memory, *sizes_).begin());
  send(Message::kStep);
}

void Peer::receive_observations(const StepView& rows) {
  const std::uint64_t due = memory_.empty() ? sizes_->observations() : 0;
  await(Message::kObservations, due, due);
  if (memory_.empty()) {
    gather_.clear();
    add_rows(gather_, rows.observation);
    gather_.add(rows.legal.data);
    channel_.read(gather_, answer_by_);
    return;
  }
  const StepView theirs = step_view(memory_, *welcome_.memory, welcome_.spec, welcome_.lanes);
  copy_rows(theirs.observation, rows.observation);
  copy_masks(theirs.legal, rows.legal);
}

// The caller's memory, and ours where there is none.
StepView Peer::completed(const StepView& rows) {
  StepView all = rows;
  if (all.scored.empty()) all.scored = scored_;
  if (all.game_ended.empty()) all.game_ended = game_ended_;
  if (all.final_legal.empty()) all.final_legal = {final_legal_, all.legal.actions};
  return all;
}

void Peer::receive_step(const StepView& rows) {
  if (memory_.empty())
    receive_from_socket(completed(rows));
  else
    receive_from_memory(completed(rows));
}

void Peer::receive_from_socket(const StepView& rows) {
  const int lanes = welcome_.lanes;
  const std::uint32_t length =
      await(Message::kStepped, sizes_->stepped(0, 0), sizes_->stepped(lanes, lanes));
  gather_.clear();
  gather_.add(rows.reward);
  gather_.add(rows.scored);
  gather_.add(rows.terminated);
  gather_.add(rows.truncated);
  gather_.add(rows.game_ended);
  add_rows(gather_, rows.observation);
  gather_.add(rows.legal.data);
  channel_.read(gather_, answer_by_);
  check_flags(rows.terminated, rows.truncated, rows.game_ended);
  gather_.clear();
  int ended = 0, truncated = 0;
  for (int lane = 0; lane < lanes; ++lane) {
    if (!rows.ended(lane)) continue;
    ++ended;
    gather_.add(rows.final_observation.bytes(lane));
  }
  for (int lane = 0; lane < lanes; ++lane) {
    if (rows.truncated[usize(lane)] == 0) continue;
    ++truncated;
    if (!rows.final_legal.empty()) gather_.add(rows.final_legal.row(lane));
  }
  if (const std::uint64_t due = sizes_->stepped(ended, truncated); length != due)
    throw Malformed(
        "a step in which {} lanes ended, {} of them truncated, has {} bytes, and not {}", ended,
        truncated, due, length);
  channel_.read(gather_, answer_by_);
}

// The other side can change this memory at any time: what is checked is our copy.
void Peer::receive_from_memory(const StepView& rows) {
  await(Message::kStepped, 0, 0);
  const StepView theirs = step_view(memory_, *welcome_.memory, welcome_.spec, welcome_.lanes);
  std::ranges::copy(theirs.reward, rows.reward.begin());
  std::ranges::copy(theirs.scored, rows.scored.begin());
  std::ranges::copy(theirs.terminated, rows.terminated.begin());
  std::ranges::copy(theirs.truncated, rows.truncated.begin());
  std::ranges::copy(theirs.game_ended, rows.game_ended.begin());
  check_flags(rows.terminated, rows.truncated, rows.game_ended);
  copy_rows(theirs.observation, rows.observation);
  copy_masks(theirs.legal, rows.legal);
  for (int lane = 0; lane < welcome_.lanes; ++lane) {
    if (!rows.ended(lane)) continue;
    std::ranges::copy(theirs.final_observation.bytes(lane),
                      rows.final_observation.bytes(lane).begin());
    if (rows.truncated[usize(lane)] != 0 && !rows.final_legal.empty())
      std::ranges::copy(theirs.final_legal.row(lane), rows.final_legal.row(lane).begin());
  }
}

void Peer::draw(int lane, Canvas& canvas) {
  const auto number = static_cast<std::uint32_t>(lane);
  send(Message::kDraw, std::as_bytes(std::span(&number, 1)));
  std::uint32_t size[2] = {};
  const std::uint32_t length = await(Message::kPicture, sizeof(size), kMostBody);
  channel_.read(std::as_writable_bytes(std::span(size)), answer_by_);
  constexpr std::uint32_t kWidest = 1U << 15;
  const std::uint64_t due = sizeof(size) + 3 * std::uint64_t{size[0]} * size[1];
  if (size[0] > kWidest || size[1] > kWidest || length != due)
    throw Malformed("a picture of {} × {} has {} bytes", size[0], size[1], length);
  canvas.reset(static_cast<int>(size[0]), static_cast<int>(size[1]));
  channel_.read(std::as_writable_bytes(canvas.rgb()), answer_by_);
}

void Peer::oracle(ActionBuffer out) {
  send(Message::kOracle);
  const std::uint64_t due = sizes_->all(Section::kAction);
  await(Message::kActions, due, due);
  channel_.read(std::as_writable_bytes(out.discrete), answer_by_);
  channel_.read(std::as_writable_bytes(out.box), answer_by_);
  check_actions(out, welcome_.spec.action, {});
}

std::vector<std::byte> Peer::save() {
  send(Message::kSave);
  std::vector<std::byte> state(await(Message::kState, 0, kMostBody));
  channel_.read(state, answer_by_);
  return state;
}

void Peer::load(std::span<const std::byte> state) {
  send(Message::kLoad, state);
  const std::uint64_t due = memory_.empty() ? sizes_->observations() : 0;
  channel_.skip(await(Message::kObservations, due, due), answer_by_);
}

}  // namespace tengen
