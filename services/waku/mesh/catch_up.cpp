#include "services/waku/mesh/catch_up.h"

#include <algorithm>

#include "services/waku/mesh/ages.h"

namespace status::waku::mesh {

void CatchUpClient::on_ready(Peer& peer) {
  Progress& progress = progress_[&peer];
  progress = {};
  progress.peer = &peer;
  progress.id = peer.id();
  const Result<std::optional<PeerCursor>> known = archive_.cursor(peer.id());
  if (!known) ++runtime_.counters.archive_errors;
  if (known && *known && (*known)->archive == peer.hello().archive) progress.cursor = **known;
  ask(progress);
}

void CatchUpClient::ask(Progress& progress) {
  progress.live = progress.hole = false;
  progress.request = ++last_request_;
  const auto window = static_cast<std::uint32_t>(runtime_.config.first_contact.count());
  progress.peer->send(CatchUp{progress.request, progress.cursor.archive, progress.cursor.position, window});
}

bool CatchUpClient::expects(const Peer& peer, std::uint32_t request) const {
  const auto found = progress_.find(&peer);
  return found != progress_.end() && request != 0 && request == found->second.request;
}

void CatchUpClient::on_page(Peer& peer, const Page& page) {
  if (!expects(peer, page.request)) return;
  Progress& progress = progress_.at(&peer);
  progress.request = 0;
  if (page.more && page.next <= progress.paged)
    return peer.close(CloseReason::protocol, "a store that goes in circles");
  ++runtime_.counters.pages_fetched;
  for (const PageEntry& entry : page.entries) {
    const Relay::Verdict verdict = relay_.accept(entry, &peer);
    if (verdict.archive_failed) {
      progress.hole = true;  // the whole page again, later: its first part will be duplicates
      return;
    }
    if (verdict.fresh) ++runtime_.counters.messages_caught_up;
    if (verdict.hashed) peer.answer("mesh.ack", Ack{verdict.outcome, verdict.position, verdict.hash});
  }
  progress.paged = page.next;  // not before: a page that left a hole is asked for again
  progress.cursor = {page.archive, page.next};
  progress.unsaved = true;
  // At once: a process that is killed every other second would read the same pages again and again, and get no
  // message live before it has read them all.
  save(progress);
  if (page.more) return ask(progress);
  progress.live = true;
  progress.paged = 0;
}

void CatchUpClient::on_position(const Peer& peer, std::uint64_t position) {
  const auto found = progress_.find(&peer);
  if (found == progress_.end() || !found->second.live || position <= found->second.cursor.position) return;
  found->second.cursor.position = position;
  found->second.unsaved = true;
}

void CatchUpClient::on_hole(const Peer& peer) {
  const auto found = progress_.find(&peer);
  if (found == progress_.end()) return;
  found->second.live = false;
  found->second.hole = true;
}

void CatchUpClient::on_gone(const Peer& peer) {
  const auto found = progress_.find(&peer);
  if (found == progress_.end()) return;
  save(found->second);
  progress_.erase(found);
}

void CatchUpClient::tick() {
  for (auto& [peer, progress] : progress_) {
    save(progress);
    if (progress.hole && progress.request == 0) ask(progress);
  }
}

void CatchUpClient::flush() {
  for (auto& [peer, progress] : progress_) save(progress);
}

void CatchUpClient::save(Progress& progress) {
  if (!progress.unsaved) return;
  if (const Status saved = archive_.set_cursor(progress.id, progress.cursor); !saved) {
    ++runtime_.counters.archive_errors;  // costs duplicates after a restart, nothing else
    return;
  }
  progress.unsaved = false;
}

Result<Page> serve_catch_up(Runtime& runtime, MessageArchive& archive, const CatchUp& request,
                            std::size_t max_message_bytes, std::vector<Record>& records) {
  const std::int64_t now = runtime.clock.unix_ms();
  const bool known = request.archive == archive.id() && request.after <= archive.head();
  const std::int64_t window_ms =
      std::min<std::int64_t>(std::int64_t{request.window_s} * 1000, retention_ms(runtime.config));
  Result<Batch> batch = archive.after(
      known ? request.after : 0, now - (known ? retention_ms(runtime.config) : window_ms), {kPageMessages, kPageBytes});
  if (!batch) return tl::unexpected(batch.error());
  records = std::move(batch->records);
  Page page{request.request, archive.id(), batch->next, batch->more, {}};
  for (const Record& record : records) {
    if (record.encoded.size() > max_message_bytes) continue;
    page.entries.push_back({age_ms(now, record.arrived_ms), record.shard, record.encoded});
  }
  ++runtime.counters.pages_served;
  return page;
}

}  // namespace status::waku::mesh
