#include "services/chain/endpoint_backend.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <future>

#include "services/chain/attach/plain_reader.h"
#include "services/chain/embedded/proven_reader.h"
#include "services/chain/network/chain.h"
#include "services/chain/rpc/http_link.h"

namespace status::chain {

namespace asio = boost::asio;

namespace {

Error stopping() { return make_error(Code::unavailable, "chain.no_endpoint", "the module is stopping"); }

// Where no certificate of an authority is known every https endpoint is unreachable, and says why.
std::unique_ptr<asio::ssl::context> make_tls() {
  auto tls = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_client);
  boost::system::error_code ignored;
  tls->set_default_verify_paths(ignored);
  tls->set_options(asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1, ignored);
  return tls;
}

}  // namespace

// What exists while it runs. Everything but run() and end() is on its thread.
class EndpointBackend::Running {
 public:
  Running(Network network, EndpointMode mode, IoThread& thread, PlaceMaker further)
      : network_(std::move(network)), mode_(mode), io_(thread.io()), further_(std::move(further)) {}

  void begin(BackendEvents& events) {
    // OpenSSL's own tables are large: only for who needs them.
    const auto is_tls = [](const rpc::Url& url) { return url.tls; };
    const bool wants_tls = std::any_of(network_.endpoints.begin(), network_.endpoints.end(), is_tls) ||
                           std::any_of(network_.proxies.begin(), network_.proxies.end(), is_tls);
    if (wants_tls) tls_ = make_tls();
    const NetworkSettings& settings = network_.settings;
    std::vector<std::unique_ptr<rpc::Endpoint>> endpoints;
    const auto add = [&](rpc::Place place, std::size_t batch) {
      const rpc::EndpointOptions options{.connections = settings.connections, .batch = batch};
      endpoints.push_back(std::make_unique<rpc::Endpoint>(io_, std::move(place), options));
    };
    for (const rpc::Url& url : network_.endpoints) add(over_http(url, false), settings.batch);
    for (const rpc::Url& url : network_.proxies) add(over_http(url, true), settings.batch);
    if (further_) add(further_(io_), 1);
    pool_ = std::make_unique<rpc::Pool>(io_, std::move(endpoints), std::chrono::milliseconds(settings.attempt_ms),
                                        [&events](const std::string& text) { events.on_notice(text); });
    const Belief belief = mode_ == EndpointMode::embedded ? Belief::proof : Belief::word;
    chain_ = std::make_unique<Chain>(io_, network_, belief, *pool_, events);
    const Reader::Parts parts{io_, network_, *pool_, *chain_};
    if (mode_ == EndpointMode::embedded) {
      reader_ = std::make_unique<ProvenReader>(parts);
    } else {
      reader_ = std::make_unique<PlainReader>(parts);
    }
    asio::post(io_, [this] {
      ++open_;
      asio::co_spawn(io_, chain_->follow(), [this](std::exception_ptr) { over(); });
    });
  }

  // Waits until every coroutine has come to its end.
  void end() {
    if (!chain_ || std::exchange(stopped_, true)) return;
    asio::post(io_, [this] {
      ended_ = true;
      ++open_;
      chain_->stop();
      pool_->close();
      over();
    });
    all_over_.get_future().wait();
  }

  // `ask(running)` makes a coroutine; what comes of it goes to `done`.
  template <class T, class Ask>
  void run(Done<T> done, Ask ask) {
    asio::post(io_, [this, done = std::move(done), ask = std::move(ask)]() mutable {
      if (ended_ || !reader_) return done(fail(stopping()));
      ++open_;
      asio::co_spawn(io_, ask(*reader_), [this, done](std::exception_ptr thrown, Result<T> result) mutable {
        done(thrown ? fail(Code::internal, "chain.exception", "a coroutine has thrown") : std::move(result));
        done = nullptr;  // nothing of it is left when this is over
        over();
      });
    });
  }

  rpc::Pool& pool() { return *pool_; }
  void status(Done<BackendStatus> done) {
    asio::post(io_, [this, done = std::move(done)] { chain_ ? done(chain_->status()) : done(fail(stopping())); });
  }
  Traffic traffic() const { return {traffic_->received, traffic_->sent}; }

 private:
  rpc::Place over_http(const rpc::Url& url, bool is_proxy) {
    return {url.name(), is_proxy, [this, url]() -> std::shared_ptr<rpc::Link> {
              const std::size_t most = network_.settings.max_answer_bytes;
              return std::make_shared<rpc::HttpLink>(io_, url, tls_.get(), most, traffic_);
            }};
  }
  void over() {
    if (--open_ == 0 && ended_) all_over_.set_value();
  }

  const Network network_;
  const EndpointMode mode_;
  asio::io_context& io_;
  const PlaceMaker further_;
  const std::shared_ptr<tls::Traffic> traffic_ = std::make_shared<tls::Traffic>();
  std::unique_ptr<asio::ssl::context> tls_;
  std::unique_ptr<rpc::Pool> pool_;
  std::unique_ptr<Chain> chain_;
  std::unique_ptr<Reader> reader_;
  bool stopped_ = false;  // of whoever stops it; the rest is the thread's
  bool ended_ = false;
  std::size_t open_ = 0;  // coroutines
  std::promise<void> all_over_;
};

EndpointBackend::EndpointBackend(Network network, EndpointMode mode, IoThread& thread, PlaceMaker further)
    : running_(std::make_unique<Running>(std::move(network), mode, thread, std::move(further))) {}

EndpointBackend::~EndpointBackend() { running_->end(); }

void EndpointBackend::start(BackendEvents& events) { running_->begin(events); }

void EndpointBackend::stop() { running_->end(); }

Traffic EndpointBackend::traffic() const { return running_->traffic(); }

void EndpointBackend::status(Done<BackendStatus> done) { running_->status(std::move(done)); }

void EndpointBackend::balance(Address address, BlockId block, MonotonicTime deadline, Done<Answered<U256>> done) {
  running_->run(std::move(done), [=](Reader& reader) { return reader.balance(address, block, deadline); });
}

void EndpointBackend::nonce(Address address, BlockId block, MonotonicTime deadline,
                            Done<Answered<std::uint64_t>> done) {
  running_->run(std::move(done), [=](Reader& reader) { return reader.nonce(address, block, deadline); });
}

void EndpointBackend::code(Address address, BlockId block, MonotonicTime deadline, Done<Answered<Bytes>> done) {
  running_->run(std::move(done), [=](Reader& reader) { return reader.code(address, block, deadline); });
}

void EndpointBackend::storage_at(Address address, U256 slot, BlockId block, MonotonicTime deadline,
                                 Done<Answered<U256>> done) {
  running_->run(std::move(done), [=](Reader& reader) { return reader.storage_at(address, slot, block, deadline); });
}

void EndpointBackend::call(CallQuery query, MonotonicTime deadline, Done<Answered<Bytes>> done) {
  running_->run(std::move(done), [query = std::move(query), deadline](Reader& reader) mutable {
    return reader.call(std::move(query), deadline);
  });
}

void EndpointBackend::estimate_gas(CallQuery query, MonotonicTime deadline, Done<Answered<std::uint64_t>> done) {
  running_->run(std::move(done), [query = std::move(query), deadline](Reader& reader) mutable {
    return reader.estimate_gas(std::move(query), deadline);
  });
}

void EndpointBackend::fees(MonotonicTime deadline, Done<Answered<Fees>> done) {
  running_->run(std::move(done), [deadline](Reader& reader) { return reader.fees(deadline); });
}

void EndpointBackend::block(BlockId block, MonotonicTime deadline, Done<Answered<BlockInfo>> done) {
  running_->run(std::move(done), [=](Reader& reader) { return reader.block(block, deadline); });
}

void EndpointBackend::transaction(Hash hash, MonotonicTime deadline, Done<Answered<TransactionInfo>> done) {
  running_->run(std::move(done), [=](Reader& reader) { return reader.transaction(hash, deadline); });
}

void EndpointBackend::receipt(Hash transaction, MonotonicTime deadline, Done<Answered<ReceiptInfo>> done) {
  running_->run(std::move(done), [=](Reader& reader) { return reader.receipt(transaction, deadline); });
}

void EndpointBackend::logs(LogQuery query, MonotonicTime deadline, Done<Answered<std::vector<LogInfo>>> done) {
  running_->run(std::move(done), [query = std::move(query), deadline](Reader& reader) mutable {
    return reader.logs(std::move(query), deadline);
  });
}

void EndpointBackend::send(Bytes raw, MonotonicTime deadline, Done<Hash> done) {
  running_->run(std::move(done), [raw = std::move(raw), deadline](Reader& reader) mutable {
    return reader.send(std::move(raw), deadline);
  });
}

void EndpointBackend::rpc(std::string method, Value::Array params, MonotonicTime deadline, Done<Value> done) {
  running_->run(std::move(done), [this, question = rpc::Question{std::move(method), std::move(params)}, deadline](
                                     Reader&) mutable { return running_->pool().ask(std::move(question), deadline); });
}

}  // namespace status::chain
