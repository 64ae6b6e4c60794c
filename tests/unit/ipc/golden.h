// The golden vectors of tests/fixtures/wire, which an independent program wrote (make_vectors.py there).
#pragma once

#include <gtest/gtest.h>

#include <charconv>
#include <fstream>
#include <sstream>
#include <string>

#include "ipc/base/codec.h"

namespace status::testing {

inline Value golden_file(const std::string& name) {
  std::ifstream file(std::string(STATUS_WIRE_FIXTURES) + "/" + name);
  std::stringstream text;
  text << file.rdbuf();
  const Result<Value> value = parse_json(text.str());
  EXPECT_TRUE(value) << name << ": " << (value ? "" : value.error().message);
  return value ? *value : Value();
}

inline std::vector<Value> golden_vectors(const std::string& name, const std::string& list) {
  const Value file = golden_file(name);
  const Value* vectors = file.find(list);
  EXPECT_TRUE(vectors != nullptr && vectors->as_array() != nullptr && !vectors->as_array()->empty()) << name;
  return *vectors->as_array();
}

inline Bytes golden_bytes(const Value& vector, const std::string& key = "hex") {
  const std::optional<Bytes> bytes = from_hex(vector.string_or(key, "?"));
  EXPECT_TRUE(bytes) << vector.string_or("name", "");
  return bytes.value_or(Bytes());
}

// {"$bin": hex} and {"$int": digits} become what they stand for.
inline Value untagged(const Value& value) {
  if (const Value::Array* items = value.as_array()) {
    Value::Array out;
    for (const Value& item : *items) out.push_back(untagged(item));
    return out;
  }
  const Value::Map* entries = value.as_map();
  if (entries == nullptr) return value;
  if (const Value* hex = value.find("$bin")) return *from_hex(*hex->as_string());
  if (const Value* digits = value.find("$int")) {
    const std::string& text = *digits->as_string();
    std::uint64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
  }
  Value::Map out;
  for (const auto& [key, item] : *entries) out.emplace_back(key, untagged(item));
  return out;
}

// What the test compares with: the decoded form, untagged.
inline Value golden_decoded(const Value& vector) { return untagged(*vector.find("decoded")); }

}  // namespace status::testing
