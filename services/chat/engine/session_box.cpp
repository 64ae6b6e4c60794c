#include "services/chat/engine/session_box.h"

#include "services/chat/crypto/double_ratchet.h"
#include "services/chat/store/identity_table.h"

namespace status::chat {
namespace {

std::variant<Opened, Rejected> rejected(Code code, std::string reason, std::string message) {
  return Rejected{make_error(code, std::move(reason), std::move(message))};
}

}  // namespace

Result<tables::Session> SessionBox::initiate(store::Transaction& tx, const tables::Conversation& conversation,
                                             const PrekeyBundle& bundle) {
  const Result<X3dhInitiation> initiation = x3dh_initiate(identity_, bundle, random_);
  if (!initiation) return fail(initiation.error());
  const Result<DoubleRatchet> ratchet = DoubleRatchet::initiator(initiation->agreement, bundle.signed_prekey, random_);
  if (!ratchet) return fail(ratchet.error());
  const SessionTopics topics = session_topics(initiation->agreement);
  tables::Session session;
  session.id = session_id(initiation->header, bundle.identity);
  session.conversation = conversation.id;
  session.invitation = initiation->header;
  session.send_topic = topics.responder;
  session.receive_topic = topics.initiator;
  session.state = ratchet->serialise();
  if (Status s = tables::insert_session(tx, session); !s) return fail(s.error());
  return session;
}

Result<Sealed> SessionBox::seal(store::Transaction& tx, const tables::Conversation& conversation, const Frame& frame) {
  Result<std::optional<tables::Session>> found = tables::session_to_send_in(tx, conversation.id);
  if (!found) return fail(found.error());
  if (!*found) return fail(Code::internal, "chat.no_session", "conversation " + conversation.name + " has no session");
  tables::Session& session = **found;
  Result<DoubleRatchet> ratchet = DoubleRatchet::restore(session.state, random_);
  if (!ratchet) return fail(ratchet.error());
  Result<Bytes> message = ratchet->encrypt(encode_frame(frame));
  if (!message) return fail(message.error());
  session.state = ratchet->serialise();
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
  Opened opened;
  opened.session = std::move(**session);
  return decrypt(std::move(opened), envelope->message);
}

Result<SessionBox::Opening> SessionBox::open_invitation(store::Transaction& tx, const Envelope& envelope) {
  const SessionId id = session_id(*envelope.invitation, identity_.public_key);
  Result<std::optional<tables::Session>> session = tables::find_session(tx, id);
  if (!session) return fail(session.error());
  if (!*session) return accept_invitation(tx, envelope, id);
  Opened opened;
  opened.session = std::move(**session);
  return decrypt(std::move(opened), envelope.message);
}

Result<SessionBox::Opening> SessionBox::accept_invitation(store::Transaction& tx, const Envelope& envelope,
                                                          const SessionId& id) {
  const X3dhHeader& header = *envelope.invitation;
  if (header.identity == identity_.public_key) {
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
  const Result<X3dhAgreement> agreement =
      x3dh_respond(identity_, (*prekey)->pair, one_time ? &one_time->pair : nullptr, header);
  if (!agreement) return Opening(Rejected{agreement.error()});
  const SessionTopics topics = session_topics(*agreement);
  Opened opened;
  opened.session.id = id;
  opened.session.send_topic = topics.initiator;
  opened.session.receive_topic = topics.responder;
  opened.session.state = DoubleRatchet::responder(*agreement, (*prekey)->pair, random_).serialise();
  opened.starts_session = true;
  opened.peer = header.identity;
  opened.used_one_time_prekey = header.one_time_prekey_id;
  return decrypt(std::move(opened), envelope.message);
}

Result<SessionBox::Opening> SessionBox::decrypt(Opened opened, ByteView message) {
  Result<DoubleRatchet> ratchet = DoubleRatchet::restore(opened.session.state, random_);
  // Of this session alone: the others go on.
  if (!ratchet) return Opening(Rejected{ratchet.error()});
  Result<Bytes> plaintext = ratchet->decrypt(message);
  if (!plaintext) return Opening(Rejected{plaintext.error()});
  opened.session.state = ratchet->serialise();
  opened.plaintext = std::move(*plaintext);
  return Opening(std::move(opened));
}

}  // namespace status::chat
