#include "services/chat/engine/session_box.h"

#include "services/chat/store/identity_table.h"

namespace status::chat {
namespace {

std::variant<Opened, Rejected> rejected(Code code, std::string reason, std::string message) {
  return Rejected{make_error(code, std::move(reason), std::move(message))};
}

}  // namespace

Result<tables::Session> SessionBox::initiate(store::Transaction& tx, const tables::Conversation& conversation,
                                             const PrekeyBundle& bundle) {
  const Result<Initiation> initiation = factory_.initiate(bundle);
  if (!initiation) return fail(initiation.error());
  tables::Session session;
  session.id = session_id(initiation->invitation, bundle.identity);
  session.conversation = conversation.id;
  session.invitation = initiation->invitation;
  session.send_topic = initiation->topics.responder;
  session.receive_topic = initiation->topics.initiator;
  session.state = initiation->cipher->serialise();
  if (Status s = tables::insert_session(tx, session); !s) return fail(s.error());
  return session;
}

Result<Sealed> SessionBox::seal(store::Transaction& tx, const tables::Conversation& conversation, const Frame& frame) {
  Result<std::optional<tables::Session>> found = tables::session_to_send_in(tx, conversation.id);
  if (!found) return fail(found.error());
  if (!*found) return fail(Code::internal, "chat.no_session", "conversation " + conversation.name + " has no session");
  tables::Session& session = **found;
  const Result<std::unique_ptr<SessionCipher>> cipher = factory_.restore(session.state);
  if (!cipher) return fail(cipher.error());
  Result<Bytes> message = (*cipher)->encrypt(encode_frame(frame));
  if (!message) return fail(message.error());
  session.state = (*cipher)->serialise();
  if (Status s = tables::update_session(tx, session); !s) return fail(s.error());

  // Until the peer has answered, it may not know the session: each message explains it.
  const bool invites = session.invitation && !session.confirmed;
  return Sealed{invites ? chat::inbox_topic(conversation.peer) : session.send_topic,
                encode_envelope({invites ? session.invitation : std::nullopt, std::move(*message)})};
}

Result<SessionBox::Opening> SessionBox::open(store::Transaction& tx, std::string_view topic, ByteView payload) {
  const Result<Envelope> envelope = parse_envelope(payload);
  if (!envelope) return Opening(Rejected{envelope.error()});
  const bool at_inbox = topic == inbox_topic_;
  if (at_inbox != envelope->invitation.has_value()) {
    return rejected(Code::invalid_argument, "chat.bad_envelope",
                    at_inbox ? "only invitations belong into the inbox" : "an invitation belongs into the inbox");
  }
  if (at_inbox) return open_invitation(tx, *envelope);
  Result<std::optional<tables::Session>> session = tables::find_session_by_topic(tx, topic);
  if (!session) return fail(session.error());
  if (!*session) return rejected(Code::not_found, "chat.unknown_topic", "no session listens on this content topic");
  return open_known(std::move(**session), envelope->message);
}

Result<SessionBox::Opening> SessionBox::open_invitation(store::Transaction& tx, const Envelope& envelope) {
  const SessionId id = session_id(*envelope.invitation, self_);
  Result<std::optional<tables::Session>> session = tables::find_session(tx, id);
  if (!session) return fail(session.error());
  return *session ? open_known(std::move(**session), envelope.message) : accept_invitation(tx, envelope, id);
}

Result<SessionBox::Opening> SessionBox::accept_invitation(store::Transaction& tx, const Envelope& envelope,
                                                          const SessionId& id) {
  const X3dhHeader& header = *envelope.invitation;
  if (header.identity == self_) {
    return rejected(Code::invalid_argument, "chat.own_invitation", "the invitation claims to be from this node");
  }
  const auto prekey = tables::find_prekey(tx, tables::PrekeyKind::signed_prekey, header.signed_prekey_id);
  if (!prekey) return fail(prekey.error());
  std::optional<tables::StoredPrekey> one_time;
  if (header.one_time_prekey_id != 0) {
    auto found = tables::find_prekey(tx, tables::PrekeyKind::one_time, header.one_time_prekey_id);
    if (!found) return fail(found.error());
    one_time = std::move(*found);
  }
  if (!*prekey || (header.one_time_prekey_id != 0 && !one_time)) {
    return rejected(Code::failed_precondition, "chat.unknown_prekey",
                    "the invitation uses an introduction that has expired or was used before");
  }
  const Result<NewSession> accepted = factory_.accept(header, (*prekey)->pair, one_time ? &one_time->pair : nullptr);
  if (!accepted) return Opening(Rejected{accepted.error()});
  Opened opened;
  opened.session.id = id;
  opened.session.send_topic = accepted->topics.initiator;
  opened.session.receive_topic = accepted->topics.responder;
  opened.starts_session = true;
  opened.peer = header.identity;
  opened.used_one_time_prekey = header.one_time_prekey_id;
  return decrypt(std::move(opened), *accepted->cipher, envelope.message);
}

SessionBox::Opening SessionBox::open_known(tables::Session session, ByteView message) {
  const Result<std::unique_ptr<SessionCipher>> cipher = factory_.restore(session.state);
  // Of this session alone: the others go on.
  if (!cipher) return Rejected{cipher.error()};
  Opened opened;
  opened.session = std::move(session);
  return decrypt(std::move(opened), **cipher, message);
}

SessionBox::Opening SessionBox::decrypt(Opened opened, SessionCipher& cipher, ByteView message) {
  Result<Bytes> plaintext = cipher.decrypt(message);
  if (!plaintext) return Rejected{plaintext.error(), opened.session.conversation};
  opened.session.state = cipher.serialise();
  opened.plaintext = std::move(*plaintext);
  return opened;
}

}  // namespace status::chat
