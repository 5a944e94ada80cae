#include "experiments/remote/server.hpp"

#include "core/system/output.hpp"
#include "experiments/remote/address.hpp"
#include "experiments/remote/connect.hpp"
#include "experiments/remote/session.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/signal_set.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <list>
#include <mutex>
#include <thread>
#include <utility>

namespace asio = boost::asio;

namespace tengen {
namespace {

using asio::ip::tcp;
using Local = asio::local::stream_protocol;
using Code = boost::system::error_code;

// A socket file, removed again by its owner unless another has taken its place.
class SocketFile {
 public:
  explicit SocketFile(std::string path) : path_(std::move(path)) { ::stat(path_.c_str(), &ours_); }
  SocketFile(SocketFile&& other) noexcept
      : path_(std::exchange(other.path_, {})), ours_(other.ours_) {}
  SocketFile& operator=(SocketFile&&) = delete;
  ~SocketFile() {
    struct stat now {};
    if (!path_.empty() && ::stat(path_.c_str(), &now) == 0 && now.st_ino == ours_.st_ino &&
        now.st_dev == ours_.st_dev)
      ::unlink(path_.c_str());
  }

 private:
  std::string path_;
  struct stat ours_ {};
};

// Removes what a dead server has left; throws Error if a live one is there, or no socket.
void clear_way(const Address& address) {
  struct stat there {};
  if (::lstat(address.path.c_str(), &there) != 0) return;
  if (!S_ISSOCK(there.st_mode))
    throw Error("{}: there is a file of that name, which is no socket", address.text);
  try {
    static_cast<void>(connect(address, Channel::Clock::now() + std::chrono::seconds(1)));
  } catch (const PeerFault&) {
    ::unlink(address.path.c_str());
    return;
  }
  throw Error("{}: another server listens there", address.text);
}

struct Client {
  explicit Client(Channel opened) : channel(std::move(opened)) {}
  Channel channel;
  std::atomic<bool> over = false;
  std::jthread thread;  // last: it ends before what it uses goes
};

}  // namespace

class Server::Impl {
 public:
  Impl(const EnvRegistry& registry, ServerOptions options)
      : registry_(registry), options_(std::move(options)), spec_(check()) {
    for (const std::string& text : options_.listen) {
      const Address address = parse_address(text);
      address.kind == Address::Kind::kUnix ? listen_unix(address) : listen_tcp(address);
    }
  }

  ~Impl() {
    for (Client& client : clients_) client.channel.interrupt();
    clients_.clear();
  }

  bool run(bool signals) {
    asio::signal_set wanted(*context_);
    bool signalled = false;
    if (signals) {
      for (const int number : {SIGINT, SIGTERM, SIGHUP}) wanted.add(number);
      wanted.async_wait([&](const Code& error, int) {
        if (error) return;
        signalled = true;
        context_->stop();
      });
    }
    context_->run();
    return signalled;
  }

  void stop() { context_->stop(); }

  std::vector<std::string> addresses;

 private:
  EnvSpec check() {
    if (options_.listen.empty()) throw UsageError("a server needs an address to listen at");
    return check_offer(options_.session, registry_);
  }

  void listen_unix(const Address& address) {
    clear_way(address);
    auto& acceptor = local_.emplace_back(*context_);
    Code error;
    acceptor.open(Local(), error);
    if (!error) acceptor.bind(Local::endpoint(address.path), error);
    if (error) throw Error("{}: cannot be listened at: {}", address.text, error.message());
    files_.emplace_back(address.path);
    ::chmod(address.path.c_str(), S_IRUSR | S_IWUSR);  // for the same user only
    begin(acceptor, address);
    addresses.push_back("unix:" + std::filesystem::absolute(address.path).string());
  }

  void listen_tcp(const Address& address) {
    Code error;
    tcp::resolver resolver(*context_);
    const auto found =
        resolver.resolve(address.host, std::to_string(address.port), tcp::resolver::passive, error);
    if (error || found.empty())
      throw Error("{}: the host cannot be found: {}", address.text, error.message());
    const tcp::endpoint endpoint = found.begin()->endpoint();
    if (!endpoint.address().is_loopback()) check_remote(address);
    auto& acceptor = tcp_.emplace_back(*context_);
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (error) throw Error("{}: cannot be listened at: {}", address.text, error.message());
    begin(acceptor, address);
    const bool v6 = endpoint.address().is_v6();
    addresses.push_back(fmt::format("tcp:{}{}{}:{}", v6 ? "[" : "", endpoint.address().to_string(),
                                    v6 ? "]" : "", acceptor.local_endpoint().port()));
  }

  void check_remote(const Address& address) const {
    if (!options_.allow_remote)
      throw UsageError("{} can be reached from other machines; --allow-remote lets it be",
                       address.text);
    if (options_.session.token.empty())
      throw UsageError(
          "{} can be reached from other machines, so clients must know a token: set TENGEN_TOKEN, "
          "or give --token-file",
          address.text);
  }

  template <class Acceptor>
  void begin(Acceptor& acceptor, const Address& address) {
    Code error;
    acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) throw Error("{}: cannot be listened at: {}", address.text, error.message());
    accept_next(acceptor);
  }

  template <class Acceptor>
  void accept_next(Acceptor& acceptor) {
    acceptor.async_accept([this, &acceptor](const Code& error, auto socket) {
      // The system's tables may be full for a while.
      if (error)
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
      else
        welcome(std::move(socket));
      accept_next(acceptor);
    });
  }

  void welcome(tcp::socket socket) {
    Code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    socket.set_option(asio::socket_base::keep_alive(true), ignored);  // hosts may vanish
    const auto from = socket.remote_endpoint(ignored);
    admit(std::move(socket), fmt::format("{}:{}", from.address().to_string(), from.port()), false);
  }

  void welcome(Local::socket socket) { admit(std::move(socket), "this machine", true); }

  void admit(Channel::Socket socket, const std::string& from, bool local) {
    clients_.remove_if([](const Client& client) { return client.over.load(); });
    Client& client = clients_.emplace_back(Channel(context_, std::move(socket)));
    if (std::ssize(clients_) > options_.max_clients) {
      refuse(client.channel,
             fmt::format("this server has as many clients as it takes, {}", options_.max_clients));
      clients_.pop_back();
      return;
    }
    try {
      const int number = ++admitted_;
      client.thread = std::jthread([this, &client, from, local, number] {
        serve(client.channel, fmt::format("client {} from {}", number, from), local);
        client.over = true;
      });
    } catch (const std::system_error& error) {
      refuse(client.channel, fmt::format("no thread for another client: {}", error.what()));
      clients_.pop_back();
    }
  }

  static void refuse(Channel& channel, std::string why) {
    try {
      channel.send(Message::kError, to_json(ErrorMessage{ErrorKind::kRefused, std::move(why)}),
                   Channel::Clock::now());
      channel.finish(std::chrono::milliseconds(20));  // meanwhile nobody else is let in
    } catch (const PeerFault&) {
    }
  }

  void serve(Channel& channel, const std::string& who, bool local) {
    std::string end;
    std::int64_t steps = 0;
    try {
      ClientSession session(channel, options_.session, registry_, local);
      end = session.run([&](const ClientSession& begun) {
        say(fmt::format("{}: {} lane{} of {}{}", who, begun.lanes(), begun.lanes() == 1 ? "" : "s",
                        spec_.name, begun.uses_memory() ? " in shared memory" : ""));
      });
      steps = session.steps();
    } catch (const std::exception& error) {  // no threads, no memory
      refuse(channel, error.what());
      end = error.what();
    }
    channel.interrupt();
    say(fmt::format("{}: {} after {} steps", who, end, steps));
  }

  void say(const std::string& line) const {
    if (!options_.quiet) print_err("{}\n", line);
  }

  const EnvRegistry& registry_;
  const ServerOptions options_;
  const EnvSpec spec_;
  std::shared_ptr<asio::io_context> context_ = std::make_shared<asio::io_context>();
  std::list<SocketFile> files_;
  std::list<Local::acceptor> local_;
  std::list<tcp::acceptor> tcp_;
  int admitted_ = 0;
  std::list<Client> clients_;
};

Server::Server(const EnvRegistry& registry, ServerOptions options)
    : impl_(std::make_unique<Impl>(registry, std::move(options))) {}
Server::~Server() = default;
const std::vector<std::string>& Server::addresses() const { return impl_->addresses; }
bool Server::run(bool signals) { return impl_->run(signals); }
void Server::stop() { impl_->stop(); }

}  // namespace tengen
