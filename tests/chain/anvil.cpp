#include "tests/chain/anvil.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <filesystem>
#include <stdexcept>

#include "ipc/base/codec.h"
#include "tests/support/patience.h"

namespace status::test {
namespace {

namespace http = boost::beast::http;
using boost::asio::ip::tcp;

std::string program() {
  for (const char* machine : {"linux-amd64", "linux-arm64"}) {
    const std::string path =
        STATUS_CHAIN_MODULES "/node_modules/@foundry-rs/anvil-" + std::string(machine) + "/bin/anvil";
    if (std::filesystem::exists(path)) return path;
  }
  throw std::runtime_error("there is no anvil in " STATUS_CHAIN_MODULES ": tests/run --chain fetches it");
}

std::string post(int port, const std::string& body) {
  boost::asio::io_context io;
  tcp::socket socket(io);
  socket.connect({boost::asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(port)});
  http::request<http::string_body> request(http::verb::post, "/", 11);
  request.set(http::field::host, "127.0.0.1");
  request.set(http::field::content_type, "application/json");
  request.body() = body;
  request.prepare_payload();
  http::write(socket, request);
  boost::beast::flat_buffer buffer;
  http::response_parser<http::string_body> response;
  response.body_limit(64U << 20U);
  http::read(socket, buffer, response);
  return response.get().body();
}

Value object_of(const std::string& method, const Value::Array& params, std::uint64_t id) {
  return Value::map({{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", Value(params)}});
}

Value result_of(const Value& answer, const std::string& method) {
  const Value* const result = answer.find("result");
  if (result == nullptr) throw std::runtime_error(method + ": " + to_json(answer));
  return *result;
}

}  // namespace

Anvil::Anvil(int port) : port_(port) { start(); }

void Anvil::start() {
  process_ = std::make_unique<ChildProcess>(
      std::vector<std::string>{program(), "--port", std::to_string(port_), "--threads", "2"});
  const auto line = process_->wait_for_line("Listening on", kPatience);
  if (!line) throw std::runtime_error("anvil does not listen: " + process_->output());
  port_ = std::stoi(line->substr(line->rfind(':') + 1));
  accounts_.clear();
  const Value accounts = rpc("eth_accounts");
  for (const Value& account : *accounts.as_array()) accounts_.push_back(*account.as_string());
  mine();
}

void Anvil::replace() {
  process_->signal(SIGKILL);
  process_->wait(kPatience);
  start();
}

Value Anvil::rpc(const std::string& method, Value::Array params) const {
  return result_of(parse_json(post(port_, to_json(object_of(method, params, 1)))).value(), method);
}

std::vector<Value> Anvil::rpc_all(const std::string& method, const std::vector<Value::Array>& params) const {
  Value::Array calls;
  for (std::size_t i = 0; i < params.size(); ++i) calls.push_back(object_of(method, params[i], i));
  const Value answers = parse_json(post(port_, to_json(Value(std::move(calls))))).value();
  std::vector<Value> results;
  for (const Value& answer : *answers.as_array()) results.push_back(result_of(answer, method));
  return results;
}

void Anvil::mine(int blocks) const {
  for (int i = 0; i < blocks; ++i) rpc("evm_mine");
}

std::string Anvil::account(std::size_t index) const { return accounts_.at(index); }

std::string Anvil::sign(std::size_t from, const Value& fields) const {
  Value transaction = Value::map({{"from", account(from)},
                                  {"gas", "0x100000"},
                                  {"maxFeePerGas", "0x12a05f200"},
                                  {"maxPriorityFeePerGas", "0x1"},
                                  {"chainId", "0x7a69"},
                                  {"nonce", rpc("eth_getTransactionCount", {account(from), "pending"})}});
  for (const auto& [key, value] : *fields.as_map()) transaction.set(key, value);
  return *rpc("eth_signTransaction", {transaction}).as_string();
}

Value Anvil::send(std::size_t from, const Value& fields) const {
  return rpc("eth_sendRawTransactionSync", {sign(from, fields)});
}

}  // namespace status::test
