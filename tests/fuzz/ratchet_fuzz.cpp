// Ciphertext of a peer, and the stored state of a session: what is not what the peer encrypted is refused, and leaves
// the session as it was. The first byte chooses.
#include <algorithm>
#include <vector>

#include "services/chat/crypto/double_ratchet.h"
#include "tests/fuzz/fuzz.h"

namespace status::chat {
namespace {

// A session in which Bob has missed the second of three messages, and the two that he has not got yet.
struct Session {
  Session() {
    X3dhAgreement agreement;
    random.fill(agreement.shared_key.span());
    random.fill(agreement.associated_data);
    const KeyPair prekey = KeyPair::generate(random);
    DoubleRatchet alice = DoubleRatchet::initiator(agreement, prekey.public_key, random).value();
    DoubleRatchet bob = DoubleRatchet::responder(agreement, prekey, random);
    std::vector<Bytes> messages;
    for (const char* text : {"one", "two", "three", "four"}) messages.push_back(*alice.encrypt(as_bytes(text)));
    test::require(bob.decrypt(messages[0]).has_value(), "the first message can be read");
    test::require(bob.decrypt(messages[2]).has_value(), "so can the third");
    missed = messages[1];
    next = messages[3];
    state = bob.serialise();
  }

  SeededRandom random{1};
  Bytes missed, next;
  SecretBytes state;
};

// A fuzzer that sees what its input is compared with finds the genuine messages, too.
void receive(Session& session, ByteView message) {
  DoubleRatchet bob = DoubleRatchet::restore(session.state, session.random).value();
  const auto plaintext = bob.decrypt(message);
  const bool genuine = std::ranges::equal(message, session.next) || std::ranges::equal(message, session.missed);
  test::require(plaintext.has_value() == genuine, "only what was encrypted can be read");
  test::require(plaintext.has_value() || std::ranges::equal(bob.serialise(), session.state),
                "a refusal changes nothing");
}

// The genuine message with the input over its bytes.
void receive_changed(Session& session, const Bytes& genuine, ByteView input) {
  Bytes message = genuine;
  for (std::size_t i = 0; i < std::min(input.size(), message.size()); ++i) message[i] ^= input[i];
  receive(session, message);
}

void restore(ByteView bytes) {
  const auto state = parse_ratchet_state(bytes);
  if (!state) return;
  test::require(std::ranges::equal(serialise(*state), bytes), "a state is written as it was read");
}

}  // namespace
}  // namespace status::chat

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace status;
  static chat::Session session;
  if (size == 0) return 0;
  const ByteView rest(data + 1, size - 1);
  switch (data[0] % 4) {
    case 0:
      chat::receive(session, rest);
      break;
    case 1:
      chat::receive_changed(session, session.next, rest);
      break;
    case 2:
      chat::receive_changed(session, session.missed, rest);
      break;
    default:
      chat::restore(rest);
  }
  return 0;
}
