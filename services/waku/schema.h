// The module's own tables: subscriptions, messages under way, hashes received, peers, and where the service stands.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "services/host/store/database.h"
#include "services/host/store/migration.h"
#include "services/waku/message.h"

namespace status::waku {

// The first step of the module's migrations; a backend's own tables follow.
store::Migration waku_migration(int version);
// A later one: from where on each subscription wants messages.
store::Migration subscription_since_migration(int version);
// And which backend the positions are of.
store::Migration position_backend_migration(int version);

// A message that `waku.send` has taken over.
struct OwnMessage {
  MessageHash hash{};
  Bytes request_id;
  WakuMessage message;
};

// All of them inside the caller's transaction, which also says how durable they are. Errors are the store's.
namespace tables {

// To the messages after the backend's position `since`. False when it was there; then it stays as it was.
Result<bool> add_subscription(store::Transaction& tx, const std::string& caller, const std::string& topic,
                              std::uint64_t since);
Result<bool> remove_subscription(store::Transaction& tx, const std::string& caller, const std::string& topic);
Result<std::uint64_t> count_subscriptions(store::Transaction& tx, const std::string& caller);
// Whether anybody has subscribed to it.
Result<bool> is_subscribed(store::Transaction& tx, const std::string& topic);
// The module of this node that has; empty: none has, though a front end may have.
Result<std::string> subscribed_module(store::Transaction& tx, const std::string& topic);
// Every topic that anybody has subscribed to, and the lowest `since` of those who have.
Result<std::map<std::string, std::uint64_t>> subscriptions(store::Transaction& tx);

Status add_own_message(store::Transaction& tx, const OwnMessage& own, std::int64_t now_ms);
Status remove_own_message(store::Transaction& tx, const MessageHash& hash);
Result<std::vector<OwnMessage>> own_messages(store::Transaction& tx);  // the oldest first

// False when the hash was there: the message has been received before. Remembers the newest 50,000.
Result<bool> add_received(store::Transaction& tx, const MessageHash& hash);

Status add_peer(store::Transaction& tx, const std::string& address);
Status remove_peer(store::Transaction& tx, const std::string& address);
Result<std::vector<std::string>> peers(store::Transaction& tx);

// The backend that the positions and peers are of, and another one instead: it finds none of them.
Result<std::string> backend(store::Transaction& tx);
Status change_backend(store::Transaction& tx, const std::string& backend);
// Of the backend: up to here every message is in the log or not wanted.
Result<std::uint64_t> position(store::Transaction& tx);
Status set_position(store::Transaction& tx, std::uint64_t position);

}  // namespace tables

// What is remembered of one backend's network means nothing to another's: forgets it if `backend` is another one than
// before. Only reads where nothing changes: that goes on a full disk, too. Errors: the store's.
Status adopt_backend(store::Database& database, const std::string& backend);
}  // namespace status::waku
