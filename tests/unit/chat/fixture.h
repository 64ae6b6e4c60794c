// The committed vectors of tests/fixtures/chat.
#pragma once

#include <string>
#include <string_view>

#include "ipc/base/value.h"
#include "services/chat/crypto/primitives.h"

namespace status::chat::test {

// The parsed JSON document; throws when it cannot be read.
Value read_fixture(const std::string& name);

// Typed access to a document that is trusted to have the key; throws otherwise.
const Value& at(const Value& map, std::string_view key);
const Value::Array& items(const Value& map, std::string_view key);
std::string text(const Value& map, std::string_view key);
Bytes bytes(const Value& map, std::string_view key);  // from hex
PublicKey public_key(const Value& map, std::string_view key);
Key secret(const Value& map, std::string_view key);

// The seed of a random test, printed: STATUS_TEST_SEED replays one, otherwise a new one each time.
std::uint64_t test_seed();

// Gives the bytes of a list of hex strings, in order; aborts when it is drawn from beyond the end.
class ScriptedRandom final : public Random {
 public:
  explicit ScriptedRandom(const Value::Array& blocks);
  void fill(std::span<std::uint8_t> out) override;
  bool used_up() const { return rest_.empty(); }

 private:
  Bytes script_;
  ByteView rest_;
};

}  // namespace status::chat::test
