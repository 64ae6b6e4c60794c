#include "services/host/poison/quarantine_api.h"

namespace status::host {
namespace {

constexpr const char* kIdDoc = "Its number in this module's quarantine.";
constexpr const char* kStreamDoc = "The durable stream that it came from, such as waku.messages.";
constexpr const char* kSeqDoc = "Its number in that stream.";
constexpr const char* kDeathsDoc = "How many deaths of this module it was in flight in.";

api::ErrorInfo not_quarantined() {
  return {Code::not_found, "host.not_quarantined", "No item of that number is in quarantine."};
}

}  // namespace

void QuarantineView::describe(api::Fields<QuarantineView>& f) {
  f.add("id", &QuarantineView::id, kIdDoc);
  f.add("stream", &QuarantineView::stream, kStreamDoc).length(1, 64);
  f.add("seq", &QuarantineView::seq, kSeqDoc);
  f.add("time_ms", &QuarantineView::time_ms, "When it was set aside.");
  f.add("deaths", &QuarantineView::deaths, kDeathsDoc);
  f.add("size", &QuarantineView::size, "Bytes of it.");
}

void QuarantineList::Reply::describe(api::Fields<Reply>& f) {
  f.add("items", &Reply::items, "Oldest first, without their content; at most 1,000 are kept.");
}

api::MethodInfo QuarantineList::info() {
  return {.name = "quarantine_list",
          .summary = "Items that were set aside because this module died of them.",
          .effect = api::Effect::read};
}

void QuarantineChoice::describe(api::Fields<QuarantineChoice>& f) { f.add("id", &QuarantineChoice::id, kIdDoc); }

api::MethodInfo QuarantineRetry::info() {
  return {.name = "quarantine_retry",
          .summary =
              "Handles an item again, now and outside of its stream's order, and removes it. If the module dies of it "
              "once more, the item stays and its deaths are one more.",
          .effect = api::Effect::write,
          .errors = {not_quarantined()}};
}

api::MethodInfo QuarantineDrop::info() {
  return {.name = "quarantine_drop",
          .summary = "Removes an item for good.",
          .effect = api::Effect::write,
          .errors = {not_quarantined()}};
}

void Quarantined::describe(api::Fields<Quarantined>& f) {
  f.add("id", &Quarantined::id, kIdDoc);
  f.add("stream", &Quarantined::stream, kStreamDoc).length(1, 64);
  f.add("seq", &Quarantined::seq, kSeqDoc);
  f.add("deaths", &Quarantined::deaths, kDeathsDoc);
}

}  // namespace status::host
