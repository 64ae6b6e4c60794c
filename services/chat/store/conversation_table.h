// Conversations: one per peer, with the state of delivery in both directions. Functions on an open transaction; errors
// are the store's.
#pragma once

#include <string>
#include <vector>

#include "services/chat/crypto/primitives.h"
#include "services/chat/protocol/sequence_set.h"
#include "services/host/store/transaction.h"

namespace status::chat::tables {

struct Conversation {
  std::int64_t id = 0;  // of this database; `name` is what the world knows
  std::string name;
  PublicKey peer{};
  std::string nickname;
  std::int64_t created_ms = 0;
  bool visible = true;              // not deleted, or back since
  std::uint64_t next_sequence = 1;  // of what we send
  SequenceSet received;             // of what the peer sends
  std::uint64_t next_shown = 1;
  bool ack_owed = false;
  std::int64_t read_position = 0;  // everything up to here has been read
};

Result<std::optional<Conversation>> find_conversation(store::Transaction& tx, std::string_view name);
Result<std::optional<Conversation>> find_conversation(store::Transaction& tx, std::int64_t id);
// Visible ones with a larger id, in the order of ids.
Result<std::vector<Conversation>> list_conversations(store::Transaction& tx, std::int64_t after, std::size_t limit);
Result<std::size_t> count_conversations(store::Transaction& tx);
// Sets `id`.
Status insert_conversation(store::Transaction& tx, Conversation& conversation);
// Everything but id, name, peer and creation.
Status update_conversation(store::Transaction& tx, const Conversation& conversation);

// Those that owe the peer an acknowledgement.
Result<std::vector<std::int64_t>> conversations_owing_ack(store::Transaction& tx);
// Those that keep frames back because of a gap.
Result<std::vector<std::int64_t>> conversations_with_gap(store::Transaction& tx);
// Those with the newest messages, at most `limit`, that the peer has answered.
Result<std::vector<std::int64_t>> recent_conversations(store::Transaction& tx, std::size_t limit);

}  // namespace status::chat::tables
