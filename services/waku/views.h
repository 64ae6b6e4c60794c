// What the backend says ⇄ what the interface says. Any thread.
#pragma once

#include <string_view>

#include "services/waku/api.h"
#include "services/waku/backend.h"

namespace status::waku {

std::string_view to_word(Connection connection);
HexBytes hex_of(const MessageHash& hash);

MessageView view_of(const MessageHash& hash, const std::string& pubsub_topic, const WakuMessage& message);
StoreQueryMethod::Reply view_of(const StorePage& page);
PeerView view_of(const PeerInfo& peer);
Info::Reply view_of(const BackendInfo& info);

// Errors: INVALID_ARGUMENT `waku.invalid_content_topic`, `waku.invalid_hash`.
Result<StoreQuery> query_of(const StoreQueryMethod::Request& request);

}  // namespace status::waku
