#include "ipc/server/call.h"

#include <algorithm>

#include "ipc/server/server.h"
#include "ipc/server/slot.h"
#include "ipc/wire/limits.h"

namespace status::ipc {

Call::Call(Slot& slot, std::uint64_t ticket, Message request, RequestView view, std::shared_ptr<const Caller> caller)
    : slot_(&slot),
      ticket_(ticket),
      request_(std::move(request)),
      view_(view),
      caller_(std::move(caller)),
      deadline_(std::chrono::steady_clock::now() + std::chrono::milliseconds(view.header.deadline_ms)),
      received_ns_(slot.received_ns) {}

Call::Call(Call&& other) noexcept
    : slot_(std::exchange(other.slot_, nullptr)),
      ticket_(other.ticket_),
      request_(std::move(other.request_)),
      view_(other.view_),
      caller_(std::move(other.caller_)),
      deadline_(other.deadline_),
      received_ns_(other.received_ns_),
      stages_(other.stages_),
      handler_start_ns_(other.handler_start_ns_),
      totals_(std::move(other.totals_)),
      waits_for_(other.waits_for_),
      parked_(other.parked_),
      echo_(std::move(other.echo_)) {}

Call::~Call() {
  if (slot_ == nullptr || abandoned()) return;
  const Server& server = slot_->server();
  fail(server.closing()
           ? server.stopping()
           : make_error(Code::internal, "ipc.unanswered", "the handler ended without an answer: a bug in this module"));
}

std::uint32_t Call::remaining_ms() const {
  using namespace std::chrono;
  const auto left = duration_cast<milliseconds>(deadline_ - steady_clock::now()).count();
  return static_cast<std::uint32_t>(std::max<std::int64_t>(left, 1));
}

bool Call::abandoned() const { return slot_ == nullptr || slot_->ticket() != ticket_; }

ResponseHeader Call::response_header() const {
  ResponseHeader header;
  header.id = view_.header.id;
  header.generation = slot_->server().options().generation;
  header.received_ns = received_ns_;
  header.written_ns = monotonic_ns();
  header.stages = stages_;
  header.echo = request_ ? view_.header.echo : echo_;
  return header;
}

std::shared_ptr<StageTotals> Call::start_handler() {
  handler_start_ns_ = monotonic_ns();
  return totals_ = std::make_shared<StageTotals>();
}

void Call::close_books() {
  if (!totals_) return;
  const std::uint64_t now = monotonic_ns();
  if (const std::uint64_t left = totals_->left_ns(); waits_for_ && left != 0) totals_->charge(*waits_for_, now - left);
  stages_.queue_ns = handler_start_ns_ - received_ns_ + totals_->of(Stage::queue);
  stages_.persist_ns = totals_->of(Stage::persist);
  stages_.backend_ns = totals_->of(Stage::backend);
  stages_.other_ns = totals_->of(Stage::other);
  const std::uint64_t elapsed = now - handler_start_ns_;
  const std::uint64_t elsewhere = totals_->all();
  stages_.handler_ns = elapsed > elsewhere ? elapsed - elsewhere : 0;
}

void Call::reply(ByteView result, const ReplyOptions& options) {
  if (abandoned()) return;
  close_books();
  ResponseHeader header = response_header();
  header.cursor = options.cursor;
  Bytes head;
  head.reserve(128);
  append_response_prefix(header, head);
  if (head.size() + result.size() > kMaxMessage) {
    return fail(make_error(Code::resource_exhausted, "ipc.limit",
                           "the answer would have " + std::to_string(result.size()) +
                               " bytes, a message is at most 16 MiB: ask for less at once"));
  }
  answer(Message(head, result), std::nullopt);
}

void Call::fail(const Error& error) {
  if (abandoned()) return;
  close_books();
  Error said = error;
  if (said.module.empty()) said.module = slot_->server().options().module;
  Bytes whole;
  append_error_response(response_header(), said, whole);
  answer(Message(whole, {}), error.code);
}

void Call::reply_message(Message response, std::optional<Code> code) {
  if (!abandoned()) answer(std::move(response), code);
}

void Call::answer(Message response, std::optional<Code> code) {
  Slot& slot = *slot_;
  if (!slot.win(ticket_)) return;
  slot.server().answered(slot, stages_, code, response.bytes().size());
  slot.send(std::move(response));
}

bool Call::park() {
  if (parked_ || abandoned()) return !abandoned();
  if (const Status waits = slot_->server().park(*slot_, ticket_); !waits) {
    fail(waits.error());
    return false;
  }
  return parked_ = true;
}

}  // namespace status::ipc
