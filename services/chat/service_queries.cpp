// The reading methods of ChatService.
#include <charconv>
#include <limits>

#include "services/chat/engine/views.h"
#include "services/chat/service.h"
#include "services/chat/store/inbound_table.h"
#include "services/chat/store/outbox_table.h"

namespace status::chat {
namespace {

constexpr std::int64_t kNewest = std::numeric_limits<std::int64_t>::max();

// A cursor is the decimal number of the row that the page before ended with.
Result<std::int64_t> parse_cursor(const std::optional<std::string>& cursor, std::int64_t absent) {
  if (!cursor) return absent;
  std::int64_t number = 0;
  const char* end = cursor->data() + cursor->size();
  const auto parsed = std::from_chars(cursor->data(), end, number);
  if (parsed.ec == std::errc() && parsed.ptr == end && number >= 0) return number;
  return fail(Code::invalid_argument, "chat.bad_cursor", "the cursor is none that this method gave");
}

// Cuts a list that was read with one item more than asked for; true when there was one more.
template <class T>
bool cut(std::vector<T>& items, std::size_t limit) {
  if (items.size() <= limit) return false;
  items.resize(limit);
  return true;
}

}  // namespace

Result<Identity::Reply> ChatService::identity(const Identity::Request&, const Caller&) {
  return Identity::Reply{hex_bytes(identity_.keys.public_key), identity_.created_ms};
}

Result<ListConversations::Reply> ChatService::list_conversations(const ListConversations::Request& request,
                                                                 const Caller&) {
  const Result<std::int64_t> after = parse_cursor(request.cursor, 0);
  if (!after) return fail(after.error());
  Result<store::Transaction> tx = seams_.database.read();
  if (!tx) return fail(tx.error());
  Result<std::vector<tables::Conversation>> rows =
      tables::list_conversations(*tx, *after, std::size_t{request.limit} + 1);
  if (!rows) return fail(rows.error());
  ListConversations::Reply reply;
  if (cut(*rows, request.limit)) reply.cursor = std::to_string(rows->back().id);
  for (const tables::Conversation& row : *rows) {
    Result<ConversationView> view = view_conversation(*tx, row);
    if (!view) return fail(view.error());
    reply.conversations.push_back(std::move(*view));
  }
  return reply;
}

Result<ConversationView> ChatService::view_conversation(store::Transaction& tx,
                                                        const tables::Conversation& conversation) {
  ConversationView view;
  view.conversation = conversation.name;
  view.peer = hex_bytes(conversation.peer);
  view.nickname = conversation.nickname;
  view.created_ms = conversation.created_ms;
  const Result<std::optional<tables::Session>> session = tables::session_to_send_in(tx, conversation.id);
  if (!session) return fail(session.error());
  view.confirmed = *session && (*session)->confirmed;
  const Result<std::uint64_t> unread = tables::count_unread(tx, conversation.id, conversation.read_position);
  if (!unread) return fail(unread.error());
  view.unread = *unread;
  const Result<std::uint64_t> undelivered = tables::count_outgoing_texts(tx, conversation.id);
  if (!undelivered) return fail(undelivered.error());
  view.undelivered = *undelivered;
  const Result<std::vector<tables::Message>> newest = tables::messages_before(tx, conversation.id, kNewest, 1);
  if (!newest) return fail(newest.error());
  if (!newest->empty()) view.last_message = view_of(newest->front(), conversation, identity_.keys.public_key);
  return view;
}

Result<GetMessages::Reply> ChatService::get_messages(const GetMessages::Request& request, const Caller&) {
  const bool older = request.direction == "older";
  const Result<std::int64_t> cursor = parse_cursor(request.cursor, older ? kNewest : 0);
  if (!cursor) return fail(cursor.error());
  Result<store::Transaction> tx = seams_.database.read();
  if (!tx) return fail(tx.error());
  const Result<tables::Conversation> conversation = require_conversation(*tx, request.conversation);
  if (!conversation) return fail(conversation.error());
  const std::size_t limit = std::size_t{request.limit} + 1;
  Result<std::vector<tables::Message>> rows = older ? tables::messages_before(*tx, conversation->id, *cursor, limit)
                                                    : tables::messages_after(*tx, conversation->id, *cursor, limit);
  if (!rows) return fail(rows.error());
  const bool more = cut(*rows, request.limit);
  GetMessages::Reply reply;
  const std::int64_t last = rows->empty() ? *cursor : rows->back().position;
  if (more || !older) reply.cursor = std::to_string(last);
  for (const tables::Message& row : *rows) {
    reply.messages.push_back(view_of(row, *conversation, identity_.keys.public_key));
  }
  return reply;
}

Result<Errors::Reply> ChatService::errors(const Errors::Request& request, const Caller&) {
  const Result<std::int64_t> before = parse_cursor(request.cursor, kNewest);
  if (!before) return fail(before.error());
  Result<store::Transaction> tx = seams_.database.read();
  if (!tx) return fail(tx.error());
  Result<std::vector<tables::InboundFailure>> rows =
      tables::failures_before(*tx, *before, std::size_t{request.limit} + 1);
  if (!rows) return fail(rows.error());
  Errors::Reply reply;
  if (cut(*rows, request.limit)) reply.cursor = std::to_string(rows->back().number);
  for (const tables::InboundFailure& row : *rows) {
    reply.errors.push_back({row.time_ms, row.reason, row.message, {row.message_hash}});
  }
  return reply;
}

}  // namespace status::chat
