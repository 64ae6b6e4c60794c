// Frames into payloads and payloads into frames: chooses or finds the session, runs its cipher, keeps its state in the
// tables. Which key agreement and which ratchet is the factory's. One thread; everything happens in the caller's
// transaction.
#pragma once

#include <string>
#include <variant>

#include "services/chat/engine/session_factory.h"
#include "services/chat/protocol/envelope.h"
#include "services/chat/protocol/frame.h"
#include "services/chat/store/conversation_table.h"
#include "services/chat/store/session_table.h"

namespace status::chat {

// Bytes for a content topic.
struct Sealed {
  std::string topic;
  Bytes payload;
};

// A payload that was decrypted. Nothing has been written yet: `session` carries the state after it.
struct Opened {
  tables::Session session;
  bool starts_session = false;  // an invitation that was not known; session.conversation is not set
  PublicKey peer{};             // set when it starts a session
  std::uint32_t used_one_time_prekey = 0;
  Bytes plaintext;
};

// A payload that is of no use; the state is as before.
struct Rejected {
  Error error;
  // Of a session that is known, whose peer may wait for an acknowledgement; 0: of none.
  std::int64_t conversation = 0;
};

class SessionBox {
 public:
  // `self`: this node's identity. The factory outlives the box.
  SessionBox(const PublicKey& self, SessionFactory& factory)
      : self_(self), factory_(factory), inbox_topic_(chat::inbox_topic(self)) {}

  // Starts a session with the issuer of an introduction and stores it.
  Result<tables::Session> initiate(store::Transaction& tx, const tables::Conversation& conversation,
                                   const PrekeyBundle& bundle);

  // Encrypts in the session that the conversation sends in, and stores its new state. INTERNAL when there is none.
  Result<Sealed> seal(store::Transaction& tx, const tables::Conversation& conversation, const Frame& frame);

  // Untrusted bytes from `topic`. An error is the store's: try again later.
  Result<std::variant<Opened, Rejected>> open(store::Transaction& tx, std::string_view topic, ByteView payload);

  const std::string& inbox_topic() const { return inbox_topic_; }
  const PublicKey& self() const { return self_; }

 private:
  using Opening = std::variant<Opened, Rejected>;
  Result<Opening> open_invitation(store::Transaction& tx, const Envelope& envelope);
  Result<Opening> accept_invitation(store::Transaction& tx, const Envelope& envelope, const SessionId& id);
  Opening open_known(tables::Session session, ByteView message);
  static Opening decrypt(Opened opened, SessionCipher& cipher, ByteView message);

  const PublicKey self_;
  SessionFactory& factory_;
  const std::string inbox_topic_;
};

}  // namespace status::chat
