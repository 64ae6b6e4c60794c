// One connection of a remote client: TLS, NNG's greeting, then requests and their answers in any order. Private to
// supervisor/gateway/remote; the door's thread only.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <deque>
#include <map>
#include <memory>

#include "ipc/remote/sp_frames.h"
#include "supervisor/gateway/remote/session_host.h"

namespace status::gateway {

class RemoteSession : public std::enable_shared_from_this<RemoteSession> {
 public:
  static constexpr std::chrono::seconds kHandshakeTime{5};  // until the greeting is here
  static constexpr std::chrono::seconds kStepTime{10};      // for 64 KiB, once a request or an answer has begun
  static constexpr unsigned kMostWrongTokens = 16;
  // Of requests that the front door refuses, in a second. To the front door all remote clients are one, which may make
  // 1,000 of them (ipc/server/peers.h): one connection must not use up what all have.
  static constexpr unsigned kMostOffences = 25;

  // `host` outlives the connection.
  RemoteSession(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context& tls, const Clock& clock,
                SessionHost& host);

  void start();
  // Calls that are under way are given up. May be repeated; the first reason counts.
  void close(RemoteEnd end);

  // Still shaking hands.
  bool half_open() const { return !pass_ && !closed_; }
  // Of a client that was let in.
  const std::optional<tls::KeyId>& client() const { return client_; }
  const std::optional<RemotePass>& pass() const { return pass_; }

 private:
  using ErrorCode = boost::system::error_code;
  struct UnderWay {
    ipc::CallHandle handle;
    Bytes hops;  // what the answer begins with
    std::size_t bytes = 0;
  };

  void on_handshake(const ErrorCode& error);
  void read_greeting();
  void watch_expiry();
  void read_length();
  void read_body(std::size_t whole);
  void on_request();
  void on_sent(std::uint64_t number, const RemoteBridge::Sent& sent);
  bool offends();
  void answered(std::uint64_t number, ipc::Message answer);
  void write();
  void on_written(const ErrorCode& error, std::size_t bytes);
  bool reserve(std::size_t bytes);
  void release(std::size_t bytes);
  void end_after(boost::asio::steady_timer& timer, std::chrono::milliseconds time, RemoteEnd end);
  // Counts what has come. False, and closed, when the operation failed.
  bool goes_on(const ErrorCode& error, std::size_t received);

  boost::asio::ssl::stream<boost::asio::ip::tcp::socket> stream_;
  boost::asio::steady_timer read_timer_;
  boost::asio::steady_timer write_timer_;
  boost::asio::steady_timer expiry_timer_;
  const Clock& clock_;
  SessionHost& host_;
  bool closed_ = false;
  std::optional<tls::KeyId> client_;
  std::optional<RemotePass> pass_;

  remote::Greeting greeting_{};
  remote::Length length_{};
  Bytes input_;
  std::map<std::uint64_t, UnderWay> under_way_;
  std::uint64_t last_number_ = 0;
  unsigned wrong_tokens_ = 0;
  unsigned offences_ = 0;
  MonotonicTime offences_since_{};
  std::deque<Bytes> output_;  // whole frames; the first is being written
  std::size_t written_ = 0;   // of the first
  std::size_t reserved_ = 0;
};

}  // namespace status::gateway
