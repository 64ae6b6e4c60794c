// Sessions: the ratchet states, and where each is heard and answered. Functions on an open transaction; errors are the
// store's.
#pragma once

#include <string>
#include <vector>

#include "services/chat/protocol/address.h"
#include "services/host/store/transaction.h"

namespace status::chat::tables {

struct Session {
  SessionId id{};
  std::int64_t conversation = 0;
  bool confirmed = false;                // this end has decrypted a message of it
  std::optional<X3dhHeader> invitation;  // set when this end started it
  std::string send_topic;                // where the peer listens once it knows the session
  std::string receive_topic;             // where this end listens
  SecretBytes state;
};

Result<std::optional<Session>> find_session(store::Transaction& tx, const SessionId& id);
Result<std::optional<Session>> find_session_by_topic(store::Transaction& tx, std::string_view receive_topic);
// The one to send in: the confirmed one with the lowest id, else the last one started (PROTOCOL.md section 7).
Result<std::optional<Session>> session_to_send_in(store::Transaction& tx, std::int64_t conversation);
Result<std::size_t> count_sessions(store::Transaction& tx, std::int64_t conversation);
Result<std::size_t> count_all_sessions(store::Transaction& tx);
Status insert_session(store::Transaction& tx, const Session& session);
// The state and whether it is confirmed.
Status update_session(store::Transaction& tx, const Session& session);
Result<std::vector<std::string>> receive_topics(store::Transaction& tx);

}  // namespace status::chat::tables
