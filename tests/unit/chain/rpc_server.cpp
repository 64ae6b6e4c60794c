#include "tests/unit/chain/rpc_server.h"

#include <sys/socket.h>

#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <condition_variable>

#include "ipc/base/codec.h"

namespace status::chain::test {

namespace http = boost::beast::http;

RpcServer::RpcServer(Handler handler, const std::string& certificate) : handler_(std::move(handler)) {
  if (!certificate.empty()) {
    tls_.emplace(boost::asio::ssl::context::tls_server);
    tls_->use_certificate_chain_file(certificate);
    tls_->use_private_key_file(certificate, boost::asio::ssl::context::pem);
  }
  accepting_ = std::thread([this] { accept(); });
}

RpcServer::~RpcServer() {
  ended_ = true;
  release();
  // accept() and reads return.
  ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
  accepting_.join();
  for (Tcp::socket& socket : sockets_) ::shutdown(socket.native_handle(), SHUT_RDWR);
  for (std::thread& thread : threads_) thread.join();
}

std::string RpcServer::url() const { return name() + "/key-in-the-path"; }
std::string RpcServer::name() const {
  return (tls_ ? "https" : "http") + ("://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()));
}

void RpcServer::set_handler(Handler handler) {
  const std::lock_guard lock(mutex_);
  handler_ = std::move(handler);
}

void RpcServer::set_mangler(Mangler mangler) {
  const std::lock_guard lock(mutex_);
  mangler_ = std::move(mangler);
}

void RpcServer::hold() {
  const std::lock_guard lock(mutex_);
  held_ = true;
}

void RpcServer::release() {
  const std::lock_guard lock(mutex_);
  held_ = false;
  changed_.notify_all();
}

bool RpcServer::await_call(const std::string& method) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, std::chrono::seconds(60), [&] { return called_.contains(method); });
}

void RpcServer::accept() {
  while (!ended_) {
    boost::system::error_code error;
    Tcp::socket socket(io_);
    acceptor_.accept(socket, error);
    if (error) continue;
    ++connections_;
    Tcp::socket& kept = sockets_.emplace_back(std::move(socket));
    threads_.emplace_back([this, &kept] { serve(kept); });
  }
}

void RpcServer::serve(Tcp::socket& socket) {
  if (tls_) {
    boost::asio::ssl::stream<Tcp::socket&> secure(socket, *tls_);
    boost::system::error_code error;
    secure.handshake(boost::asio::ssl::stream_base::server, error);
    if (!error) converse(secure);
  } else {
    converse(socket);
  }
  ::shutdown(socket.native_handle(), SHUT_RDWR);
}

template <class Stream>
void RpcServer::converse(Stream& stream) {
  boost::beast::flat_buffer buffer;
  while (!ended_) {
    boost::system::error_code error;
    http::request<http::string_body> request;
    http::read(stream, buffer, request, error);
    if (error) break;
    ++requests_;
    std::string body = answer(request.body());
    Mangler mangler;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return !held_; });
      mangler = mangler_;
    }
    if (mangler) body = mangler(std::move(body));
    if (body.empty()) break;
    http::response<http::string_body> response(static_cast<http::status>(status_.load()), request.version());
    response.body() = std::move(body);
    response.keep_alive(true);
    response.prepare_payload();
    http::write(stream, response, error);
    if (error) break;
  }
}

std::string RpcServer::answer(const std::string& body) {
  const Result<Value> parsed = parse_json(body);
  if (!parsed) return "{}";
  const Value::Array* const calls = parsed->as_array();
  if (calls == nullptr) return to_json(answer_one(*parsed));
  if (!takes_batches_) return R"({"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"one call at a time"}})";
  Value::Array answers;
  for (const Value& call : *calls) answers.insert(answers.begin(), answer_one(call));  // in any order, says JSON-RPC
  return to_json(Value(std::move(answers)));
}

Value RpcServer::answer_one(const Value& call) {
  ++calls_;
  const std::string method = call.string_or("method", "");
  Handler handler;
  {
    const std::lock_guard lock(mutex_);
    handler = handler_;
    called_.insert(method);
    changed_.notify_all();
  }
  const Result<Value> result = handler(method, *call.find("params")->as_array());
  Value answer = Value::map({{"jsonrpc", "2.0"}, {"id", *call.find("id")}});
  if (result) {
    answer.set("result", *result);
  } else {
    answer.set("error", Value::map({{"code", -32000}, {"message", result.error().message}}));
  }
  return answer;
}

}  // namespace status::chain::test
