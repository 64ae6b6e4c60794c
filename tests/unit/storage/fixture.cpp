#include "tests/unit/storage/fixture.h"

#include <cstdlib>
#include <iostream>
#include <random>
#include <stdexcept>

#include "ipc/base/codec.h"
#include "ipc/base/file.h"

namespace status::storage::test {
namespace {

const Value& at(const Value& map, std::string_view key) {
  const Value* value = map.find(key);
  if (value == nullptr) throw std::out_of_range("the fixture has no key " + std::string(key));
  return *value;
}

}  // namespace

const Value& vectors() {
  static const Value read = [] {
    const Result<std::string> file = read_file(STATUS_STORAGE_FIXTURES "/vectors.json");
    if (!file) throw std::runtime_error(file.error().describe());
    Result<Value> value = parse_json(*file);
    if (!value) throw std::runtime_error(value.error().describe());
    return std::move(*value);
  }();
  return read;
}

const Value::Array& items(const Value& map, std::string_view key) { return *at(map, key).as_array(); }
std::string text(const Value& map, std::string_view key) { return *at(map, key).as_string(); }
std::uint64_t number(const Value& map, std::string_view key) { return map.uint_or(key, 0); }

Bytes sample(std::size_t size) {
  Bytes out(size);
  for (std::size_t at = 0; at < size; ++at) out[at] = static_cast<std::uint8_t>(at * 7 + (at >> 16U));
  return out;
}

std::uint64_t test_seed() {
  const char* given = std::getenv("STATUS_TEST_SEED");
  const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
  std::cout << "seed: STATUS_TEST_SEED=" << seed << "\n";
  return seed;
}

}  // namespace status::storage::test
