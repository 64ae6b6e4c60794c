#include "tests/unit/chat/fixture.h"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <random>
#include <sstream>
#include <stdexcept>

#include "ipc/base/codec.h"

namespace status::chat::test {

Value read_fixture(const std::string& name) {
  std::ifstream file(std::string(STATUS_CHAT_FIXTURES) + "/" + name);
  if (!file) throw std::runtime_error("no fixture " + name);
  std::stringstream buffer;
  buffer << file.rdbuf();
  Result<Value> value = parse_json(buffer.str());
  if (!value) throw std::runtime_error(name + ": " + value.error().describe());
  return std::move(*value);
}

const Value& at(const Value& map, std::string_view key) {
  const Value* value = map.find(key);
  if (value == nullptr) throw std::out_of_range("the fixture has no key " + std::string(key));
  return *value;
}

const Value::Array& items(const Value& map, std::string_view key) {
  const Value::Array* array = at(map, key).as_array();
  if (array == nullptr) throw std::invalid_argument("the fixture has no list " + std::string(key));
  return *array;
}

std::string text(const Value& map, std::string_view key) { return *at(map, key).as_string(); }

Bytes bytes(const Value& map, std::string_view key) { return from_hex(text(map, key)).value(); }

PublicKey public_key(const Value& map, std::string_view key) {
  PublicKey out{};
  const Bytes from = bytes(map, key);
  std::copy_n(from.begin(), out.size(), out.begin());
  return out;
}

Key secret(const Value& map, std::string_view key) { return Key::from(bytes(map, key)); }

std::uint64_t test_seed() {
  const char* given = std::getenv("STATUS_TEST_SEED");
  const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  std::cout << "STATUS_TEST_SEED=" << seed << "\n";
  return seed;
}

ScriptedRandom::ScriptedRandom(const Value::Array& blocks) {
  for (const Value& block : blocks) {
    const Bytes part = from_hex(*block.as_string()).value();
    script_.insert(script_.end(), part.begin(), part.end());
  }
  rest_ = script_;
}

void ScriptedRandom::fill(std::span<std::uint8_t> out) {
  if (out.size() > rest_.size()) std::abort();
  std::copy_n(rest_.begin(), out.size(), out.begin());
  rest_ = rest_.subspan(out.size());
}

}  // namespace status::chat::test
