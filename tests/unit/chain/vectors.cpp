#include "tests/unit/chain/vectors.h"

#include <gtest/gtest.h>

#include "ipc/base/codec.h"
#include "tests/support/temp_dir.h"

namespace status::chain::test {

Value vector(const std::string& name) {
  Result<Value> value = parse_json(status::test::read_file(STATUS_FIXTURES "/chain/" + name + ".json"));
  EXPECT_TRUE(value) << name;
  return value ? std::move(*value) : Value();
}

Value vector(const std::string& name, std::string_view member) {
  const Value all = vector(name);
  const Value* const found = all.find(member);
  EXPECT_NE(found, nullptr) << name << " has no " << member;
  return found != nullptr ? *found : Value();
}

Value& at(Value& value, std::initializer_list<std::string_view> path) {
  Value* place = &value;
  for (const std::string_view step : path) {
    Value::Array* const items = place->as_array();
    place = items != nullptr ? &items->at(std::stoul(std::string(step))) : place->find(step);
    if (place == nullptr) throw std::out_of_range(std::string(step));
  }
  return *place;
}

void change_last_digit(Value& text) {
  char& digit = text.as_string()->back();
  digit = digit == '0' ? '1' : '0';
}

Address address(std::string_view hex) { return to_array<Address>(from_hex(hex).value()).value(); }
Hash hash(std::string_view hex) { return to_array<Hash>(from_hex(hex).value()).value(); }

}  // namespace status::chain::test
