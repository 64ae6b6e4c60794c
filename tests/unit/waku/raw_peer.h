// A peer whose every byte the test decides: a TLS link without a node behind it.
#pragma once

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <thread>

#include "ipc/tls/context.h"
#include "services/waku/mesh/frames.h"
#include "services/waku/mesh/tls_link.h"
#include "tests/unit/waku/mesh_fixture.h"

namespace status::waku::mesh {

class RawPeer final : public LinkHandler {
 public:
  // With the key in `key_file`, made if there is none; else with a key of its own.
  explicit RawPeer(const std::string& address, const std::string& key_file = "")
      : identity_(*tls::load_or_create_identity(key_file.empty() ? folder_.file("key.pem") : key_file)),
        tls_(*tls::make_context(identity_, {.protocol = kAlpn})),
        guard_(boost::asio::make_work_guard(io_)),
        link_(std::make_shared<TlsLink>(io_, *tls_, std::size_t{64} << 20, *this)),
        thread_([this] { io_.run(); }) {
    boost::asio::post(io_, [this, to = *parse_peer_address(address)] {
      link_->set_max_frame(std::size_t{4} << 20);
      link_->connect(to);
    });
  }
  ~RawPeer() {
    boost::asio::post(io_, [this] {
      link_->close(CloseReason::network, "the test is over");
      guard_.reset();
    });
    thread_.join();
  }

  static Hello hello() {
    return {.cluster = 16, .shard_count = 1, .max_message_bytes = 1 << 20, .instance = 7, .agent = "raw\n"};
  }
  void send(const Frame& frame) { send(encode_frame(frame)); }
  void send(Bytes bytes) {
    boost::asio::post(io_, [this, bytes = std::move(bytes)] { link_->send(std::make_shared<const Bytes>(bytes)); });
  }
  // Reads no more; the connection stays open.
  void stop_reading() {
    const std::lock_guard lock(mutex_);
    deaf_ = true;
  }

  bool wait(const std::function<bool()>& condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, condition);
  }
  bool wait_type(std::uint8_t type) {
    return wait([&] { return std::count(types.begin(), types.end(), type) > 0; });
  }
  // The first frame of that kind; its views point into `bodies`, which must not grow meanwhile.
  template <class T>
  std::optional<T> wait_frame() {
    std::optional<T> found;
    wait([&] {
      for (std::size_t i = 0; i < types.size() && !found; ++i) {
        const Result<Frame> frame = decode_frame(types[i], bodies[i]);
        if (frame && std::holds_alternative<T>(*frame)) found = std::get<T>(*frame);
      }
      return found.has_value();
    });
    return found;
  }
  // The reason of the node's goodbye.
  std::optional<CloseReason> wait_goodbye() {
    if (!wait([&] { return goodbye.has_value(); })) return std::nullopt;
    return goodbye;
  }
  bool wait_closed() {
    return wait([&] { return closed; });
  }

  std::vector<std::uint8_t> types;  // of the frames that came
  std::vector<Bytes> bodies;
  std::optional<CloseReason> goodbye;
  bool closed = false;

 private:
  void on_secured(const PeerId&, const LinkTag&) override {}
  void on_frame(std::uint8_t type, ByteView body) override {
    const std::lock_guard lock(mutex_);
    types.push_back(type);
    bodies.push_back(to_bytes(body));
    const Result<Frame> frame = decode_frame(type, body);
    if (frame && std::holds_alternative<Goodbye>(*frame)) {
      goodbye = static_cast<CloseReason>(std::get<Goodbye>(*frame).reason);
    }
    if (deaf_) link_->pause(std::chrono::hours(1));
    changed_.notify_all();
  }
  void on_closed(CloseReason, const std::string&) override {
    const std::lock_guard lock(mutex_);
    closed = true;
    changed_.notify_all();
  }

  store::TemporaryFolder folder_;
  tls::Identity identity_;
  std::unique_ptr<boost::asio::ssl::context> tls_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool deaf_ = false;
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_;
  std::shared_ptr<TlsLink> link_;
  std::thread thread_;
};

}  // namespace status::waku::mesh
