#include "experiments/remote/session.hpp"

#include <algorithm>
#include <new>

namespace tengen {
namespace {

// Thrown where the client is told why it is not served.
struct Refusal {
  ErrorKind kind;
  std::string text;
};

// Takes as long for every token of the same length, however much of it is right.
bool same_secret(std::string_view given, std::string_view wanted) {
  unsigned difference = given.size() == wanted.size() ? 0 : 1;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const char guess = i < given.size() ? given[i] : '\0';
    difference |= static_cast<unsigned char>(guess) ^ static_cast<unsigned char>(wanted[i]);
  }
  return difference == 0;
}

// Reading a Config marks what was read in all its copies, so every client gets one of its own.
Config offered(const SessionOptions& options) {
  Config config;
  for (const std::string& setting : options.settings) config.set(setting);
  return config;
}

std::span<std::byte> writable_bytes(const ActionBuffer& action) {
  return action.discrete.empty() ? std::as_writable_bytes(action.box)
                                 : std::as_writable_bytes(action.discrete);
}

}  // namespace

EnvSpec check_offer(const SessionOptions& options, const EnvRegistry& registry) {
  WorkerPool pool(1);
  const Config settings = offered(options);
  const auto env = registry.make(options.env, settings, 1, pool);
  settings.check_all_read();
  return env->spec();
}

ClientSession::ClientSession(Channel& channel, const SessionOptions& options,
                             const EnvRegistry& registry, bool local)
    : channel_(channel),
      options_(options),
      registry_(registry),
      local_(local),
      pool_(options.threads),
      settings_(offered(options)) {}

std::string ClientSession::run(const std::function<void(const ClientSession&)>& welcomed) {
  ErrorMessage error;
  try {
    greet();
    welcomed(*this);
    while (answer()) {
    }
    return "closed";
  } catch (const Refusal& refusal) {
    error = {refusal.kind, refusal.text};
  } catch (const Malformed& fault) {
    error = {ErrorKind::kProtocol, fault.what()};
  } catch (const PeerFault& fault) {
    return fault.what();
  } catch (const std::bad_alloc&) {
    error = {ErrorKind::kRefused, "there is not enough memory for this"};
  } catch (const std::exception& fault) {  // CheckedEnv makes an Error of whatever is thrown
    error = {ErrorKind::kEnvironment, fault.what()};
  }
  say(error.kind, error.text);
  channel_.finish(std::chrono::seconds(1));
  return error.text;
}

void ClientSession::say(ErrorKind kind, std::string text) {
  try {
    channel_.send(Message::kError, to_json(ErrorMessage{kind, std::move(text)}), soon());
  } catch (const PeerFault&) {  // it is gone; the next read will tell
  }
}

void ClientSession::greet() {
  const auto deadline = Clock::now() + options_.greeting;
  const Header header = channel_.read_header(deadline);
  if (header.type != Message::kHello)
    throw Malformed("the first message must be HELLO, and not of type {}",
                    static_cast<std::uint32_t>(header.type));
  if (header.length > kMostHello)
    throw Malformed("a HELLO of {} bytes; at most {} are allowed", header.length, kMostHello);
  const Hello hello = parse_hello(channel_.read_text(header.length, deadline));
  if (hello.protocol != kProtocolVersion)
    throw Refusal{ErrorKind::kRefused,
                  fmt::format("version {} of the protocol; this server speaks version {}",
                              hello.protocol, kProtocolVersion)};
  if (!options_.token.empty() && !same_secret(hello.token, options_.token))
    throw Refusal{ErrorKind::kRefused, hello.token.empty()
                                           ? "this server wants a token; set TENGEN_TOKEN"
                                           : "the token is wrong"};
  if (hello.lanes > options_.max_lanes)
    throw Refusal{ErrorKind::kRefused, fmt::format("{} lanes; this server gives {} at most",
                                                   hello.lanes, options_.max_lanes)};
  make_env(hello);
  if (local_ && hello.memory) make_memory();
  const std::string text = to_json(welcome_);
  if (welcome_.memory)
    channel_.send_with_descriptor(Message::kWelcome, text, memory_.descriptor(), soon());
  else
    channel_.send(Message::kWelcome, text, soon());
}

void ClientSession::make_env(const Hello& hello) {
  const int lanes = hello.lanes > 0 ? hello.lanes : options_.lanes;
  try {
    for (const std::string& key : hello.options.keys())
      settings_.set(key, hello.options.value(key));
    env_ = registry_.make(options_.env, settings_, lanes, pool_);
    settings_.check_all_read();
  } catch (const UsageError& error) {
    throw Refusal{ErrorKind::kUsage, error.what()};
  }
  try {
    sizes_.emplace(env_->spec(), lanes);
  } catch (const Malformed& error) {
    throw Refusal{ErrorKind::kRefused, error.what()};
  }
  welcome_.spec = env_->spec();
  buffer_.emplace(env_->spec(), lanes);
  action_.emplace(env_->spec().action, lanes);
  view_ = buffer_->view();
  // Some environments can only tell once they play.
  env_->reset(0, view_);
  Canvas picture;
  welcome_.can_draw = env_->draw(0, picture);
  welcome_.can_oracle = env_->oracle(action_->view());
  welcome_.lanes = lanes;
}

// The environment writes into shared memory at once, except for masks.
void ClientSession::make_memory() {
  const MemoryPlan& plan = welcome_.memory.emplace(*sizes_);
  memory_ = SharedMemory(plan.size);
  shared_ = step_view(memory_, plan, welcome_.spec, welcome_.lanes);
  const MaskView legal = view_.legal, final_legal = view_.final_legal;
  view_ = shared_;
  view_.legal = legal;
  view_.final_legal = final_legal;
}

bool ClientSession::answer() {
  channel_.wait_for_message(Channel::kNever);
  const Header header = channel_.read_header(soon());
  const bool needs_state = header.type != Message::kReset && header.type != Message::kLoad &&
                           header.type != Message::kClose;
  if (needs_state && !started_) throw Malformed("RESET or LOAD must come first");
  switch (header.type) {
    case Message::kReset:
      reset(header);
      break;
    case Message::kStep:
      step(header);
      break;
    case Message::kObserve:
      observe(header);
      break;
    case Message::kDraw:
      draw(header);
      break;
    case Message::kOracle:
      oracle(header);
      break;
    case Message::kSave:
      save(header);
      break;
    case Message::kLoad:
      load(header);
      break;
    case Message::kClose:
      expect(header, 0);
      return false;
    default:
      throw Malformed("there is no request of type {}", static_cast<std::uint32_t>(header.type));
  }
  return true;
}

void ClientSession::expect(const Header& header, std::uint64_t length) const {
  if (header.length != length)
    throw Malformed("a request of type {} has {} bytes, and not {}",
                    static_cast<std::uint32_t>(header.type), header.length, length);
}

void ClientSession::reset(const Header& header) {
  std::uint64_t seed = 0;
  expect(header, sizeof(seed));
  channel_.read(std::as_writable_bytes(std::span(&seed, 1)), soon());
  env_->reset(seed, view_);
  started_ = true;
  send_observations();
}

void ClientSession::observe(const Header& header) {
  expect(header, 0);
  env_->observe(view_);
  send_observations();
}

void ClientSession::step(const Header& header) {
  const std::span<std::byte> action = writable_bytes(action_->view());
  expect(header, memory_.empty() ? action.size() : 0);
  if (memory_.empty())
    channel_.read(action, soon());
  else
    std::ranges::copy(action_bytes(memory_, *welcome_.memory, *sizes_), action.begin());
  check_actions(action_->view(), welcome_.spec.action, view_.legal);
  env_->step(action_->view(), view_);
  steps_ += welcome_.lanes;
  send_step();
}

void ClientSession::send_observations() {
  gather_.clear();
  if (memory_.empty()) {
    gather_.add(
        std::span<const std::byte>(view_.observation.data, sizes_->all(Section::kObservation)));
    gather_.add(view_.legal.data);
  } else {
    std::ranges::copy(view_.legal.data, shared_.legal.data.begin());
  }
  channel_.send(Message::kObservations, gather_, soon());
}

void ClientSession::send_step() {
  gather_.clear();
  if (!memory_.empty()) {
    std::ranges::copy(view_.legal.data, shared_.legal.data.begin());
    std::ranges::copy(view_.final_legal.data, shared_.final_legal.data.begin());
    return channel_.send(Message::kStepped, gather_, soon());
  }
  gather_.add(view_.reward);
  gather_.add(view_.scored);
  gather_.add(view_.terminated);
  gather_.add(view_.truncated);
  gather_.add(view_.game_ended);
  gather_.add(
      std::span<const std::byte>(view_.observation.data, sizes_->all(Section::kObservation)));
  gather_.add(view_.legal.data);
  for (int lane = 0; lane < welcome_.lanes; ++lane)
    if (view_.ended(lane)) gather_.add(view_.final_observation.bytes(lane));
  if (!view_.final_legal.empty())
    for (int lane = 0; lane < welcome_.lanes; ++lane)
      if (view_.truncated[usize(lane)] != 0) gather_.add(view_.final_legal.row(lane));
  channel_.send(Message::kStepped, gather_, soon());
}

void ClientSession::draw(const Header& header) {
  std::uint32_t lane = 0;
  expect(header, sizeof(lane));
  channel_.read(std::as_writable_bytes(std::span(&lane, 1)), soon());
  if (lane >= static_cast<std::uint32_t>(welcome_.lanes))
    throw Malformed("lane {} is outside of [0, {})", lane, welcome_.lanes);
  if (!env_->draw(static_cast<int>(lane), canvas_)) canvas_.reset(0, 0);
  const std::uint32_t size[2] = {static_cast<std::uint32_t>(canvas_.width()),
                                 static_cast<std::uint32_t>(canvas_.height())};
  gather_.clear();
  gather_.add(std::span(size));
  gather_.add(canvas_.rgb());
  channel_.send(Message::kPicture, gather_, soon());
}

void ClientSession::oracle(const Header& header) {
  expect(header, 0);
  if (!env_->oracle(action_->view()))
    return say(ErrorKind::kUnsupported, "this environment has no scripted expert");
  channel_.send(Message::kActions, writable_bytes(action_->view()), soon());
}

void ClientSession::save(const Header& header) {
  expect(header, 0);
  if (!welcome_.spec.can_save)
    return say(ErrorKind::kUnsupported, "this environment cannot be saved");
  ArchiveWriter writer;
  env_->save(writer, "env");
  channel_.send(Message::kState, writer.bytes(), soon());
}

void ClientSession::load(const Header& header) {
  if (header.length > kMostBody)
    throw Malformed("a state of {} bytes; at most {} are allowed", header.length, kMostBody);
  // Memory is taken as the bytes come, and not for what a header claims.
  std::vector<std::byte> state;
  constexpr std::size_t kPiece = std::size_t{1} << 20;
  while (state.size() < header.length) {
    const std::size_t now = std::min<std::size_t>(kPiece, header.length - state.size());
    state.resize(state.size() + now);
    channel_.read(std::span(state).last(now), soon());
  }
  if (!welcome_.spec.can_save)
    return say(ErrorKind::kUnsupported, "this environment cannot be saved");
  env_->load(ArchiveReader::from_bytes(std::move(state), "the client's state"), "env");
  started_ = true;
  env_->observe(view_);
  send_observations();
}

}  // namespace tengen
