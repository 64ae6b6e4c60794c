// Reads the members of a JSON-RPC object of an endpoint, and remembers the first that is not what it should be. One
// thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ipc/base/result.h"
#include "ipc/base/value.h"
#include "services/chain/ethereum/hash.h"
#include "services/chain/ethereum/number.h"

namespace status::chain {

class Object {
 public:
  // `what` is what errors call it: "block". The value outlives the reader.
  Object(const Value& value, std::string_view what);

  bool has(std::string_view key) const;  // and it is not null
  U256 quantity(std::string_view key);
  std::uint64_t u64(std::string_view key);
  Bytes data(std::string_view key);
  template <class Array>
  Array fixed(std::string_view key) {
    const Bytes bytes = data(key);
    const std::optional<Array> array = to_array<Array>(bytes);
    if (!array) wrong(key, "has " + std::to_string(bytes.size()) + " bytes");
    return array.value_or(Array{});
  }
  Hash hash(std::string_view key) { return fixed<Hash>(key); }
  Address address(std::string_view key) { return fixed<Address>(key); }
  // The array's items, none where there is no array.
  const std::vector<Value>& list(std::string_view key);

  void wrong(std::string_view key, std::string_view problem);
  // DATA_LOSS `chain.endpoint_lied` with the first problem.
  const Status& status() const { return status_; }

 private:
  const std::string* text(std::string_view key);

  const Value& value_;
  const std::string what_;
  Status status_;
};

// The bytes of each item. DATA_LOSS for what is none, for over `max_items` and for over `max_bytes` in one of them.
Result<std::vector<Bytes>> read_data_list(const Value* list, std::string_view what, std::size_t max_items,
                                          std::size_t max_bytes);

}  // namespace status::chain
