// The committed vectors of tests/fixtures/storage, and contents that tests store.
#pragma once

#include <string>
#include <string_view>

#include "ipc/base/bytes.h"
#include "ipc/base/value.h"

namespace status::storage::test {

// The document; throws when it cannot be read.
const Value& vectors();

// Of a document that is trusted to have the key; throws otherwise.
const Value::Array& items(const Value& map, std::string_view key);
std::string text(const Value& map, std::string_view key);
std::uint64_t number(const Value& map, std::string_view key);

// The contents that the vectors are of, `size` bytes: no two blocks alike among the first 256.
Bytes sample(std::size_t size);

// The seed of a random test, printed: STATUS_TEST_SEED replays one, otherwise a new one each time.
std::uint64_t test_seed();

}  // namespace status::storage::test
