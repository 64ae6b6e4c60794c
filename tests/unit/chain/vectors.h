// The recorded blocks and proofs of tests/fixtures/chain.
#pragma once

#include <string>
#include <string_view>

#include "ipc/base/result.h"
#include "ipc/base/value.h"
#include "services/chain/ethereum/hash.h"

namespace status::chain::test {

// The file of that name without ".json"; of its member where one is named.
Value vector(const std::string& name);
Value vector(const std::string& name, std::string_view member);

// The member of a map, or of a list by its position: at(proof, {"accountProof", "0"}).
Value& at(Value& value, std::initializer_list<std::string_view> path);
// Another digit in the place of the last one of the text.
void change_last_digit(Value& text);

Address address(std::string_view hex);
Hash hash(std::string_view hex);

// Whose account and storage `storage_proof` is of.
inline const Address kWeth = address("0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2");

// Whether it is the answer to a lie: DATA_LOSS `chain.endpoint_lied`.
template <class T>
bool is_lie(const Result<T>& result) {
  return !result && result.error().code == Code::data_loss && result.error().reason == "chain.endpoint_lied";
}

}  // namespace status::chain::test
