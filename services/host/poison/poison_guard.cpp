#include "services/host/poison/poison_guard.h"

#include <sodium.h>

#include <algorithm>
#include <utility>

#include "ipc/api/convert.h"

namespace status::host {
namespace {

InFlightFile::Item item_of(std::uint64_t seq, const Bytes& identity) {
  InFlightFile::Item item{.seq = seq, .digest = {}};
  std::ranges::copy(identity, item.digest.begin());
  return item;
}

}  // namespace

Result<std::unique_ptr<PoisonGuard>> PoisonGuard::open(Parts parts, InFlightFile file) {
  if (Status created = quarantine_table::create(parts.database); !created) return fail(created.error());
  std::unique_ptr<PoisonGuard> guard(new PoisonGuard(std::move(parts), std::move(file)));
  store::Database& database = guard->parts_.database;
  if (const auto id = guard->file_.died_retrying()) {
    // On a full disk the count stays behind; that is no reason not to start.
    Result<store::Transaction> tx = database.write(store::Durability::normal);
    if (tx && quarantine_table::count_death(*tx, *id)) (void)tx->commit();
  }
  Result<store::Transaction> tx = database.read();
  if (!tx) return fail(tx.error());
  const Result<std::uint64_t> items = quarantine_table::count(*tx);
  if (!items) return fail(items.error());
  Result<std::set<Bytes>> identities = quarantine_table::identities(*tx);
  if (!identities) return fail(identities.error());
  guard->aside_ = std::move(*identities);
  guard->parts_.observer.holds(*items);
  return guard;
}

Bytes PoisonGuard::identity_of(const api::StreamEvent& event) const {
  const Bytes whole = parts_.consumer.identity(event);
  Bytes digest(InFlightFile::Digest().size());
  crypto_generichash(digest.data(), digest.size(), whole.data(), whole.size(), nullptr, 0);
  return digest;
}

Status PoisonGuard::take(const api::StreamReply& page) {
  if (page.reset) file_.forget();
  if (page.events.empty()) return parts_.consumer.handle(page);
  const std::uint64_t last = page.events.back().seq;
  if (aside_.empty()) return take_new(page, last);
  api::StreamReply fresh = page;
  std::erase_if(fresh.events, [this](const api::StreamEvent& event) {
    if (!aside_.contains(identity_of(event))) return false;
    parts_.consumer.set_aside(event);
    return true;
  });
  return take_new(fresh, last);
}

Status PoisonGuard::take_new(const api::StreamReply& page, std::uint64_t last) {
  if (page.events.size() == 1) {
    const Bytes identity = identity_of(page.events.front());
    const InFlightFile::Item item = item_of(page.events.front().seq, identity);
    if (const std::uint32_t deaths = file_.deaths(item); deaths >= kDeaths) return quarantine(page, identity, deaths);
    file_.handling(item);
  } else if (!page.events.empty()) {
    file_.handling(page.events.front().seq, page.events.back().seq);
  }
  Status handled = parts_.consumer.handle(page);
  handled ? file_.past(last) : file_.done();
  return handled;
}

Status PoisonGuard::quarantine(const api::StreamReply& page, const Bytes& identity, std::uint32_t deaths) {
  const Result<Bytes> content = api::encode(page.events.front());
  if (!content) return fail(content.error());
  Result<store::Transaction> tx = parts_.database.write(store::Durability::full);
  if (!tx) return fail(tx.error());
  QuarantinedItem item{.id = 0,
                       .stream = parts_.stream,
                       .seq = page.events.front().seq,
                       .time_ms = parts_.database.clock().unix_ms(),
                       .deaths = deaths,
                       .size = content->size()};
  const Result<quarantine_table::Added> added = quarantine_table::add(*tx, item, identity, *content);
  if (!added) return fail(added.error());
  if (Status moved = parts_.consumer.move_past(*tx, page.cursor); !moved) return moved;
  if (Status committed = commit(*tx); !committed) return committed;
  file_.past(item.seq);
  parts_.consumer.set_aside(page.events.front());
  item.id = added->id;
  parts_.observer.quarantined(item, added->pushed_out);
  return {};
}

Status PoisonGuard::commit(store::Transaction& tx) {
  const Result<std::uint64_t> items = quarantine_table::count(tx);
  if (!items) return fail(items.error());
  Result<std::set<Bytes>> identities = quarantine_table::identities(tx);
  if (!identities) return fail(identities.error());
  if (Status committed = tx.commit(); !committed) return committed;
  aside_ = std::move(*identities);
  parts_.observer.holds(*items);
  return {};
}

Result<std::vector<QuarantinedItem>> PoisonGuard::list() {
  Result<store::Transaction> tx = parts_.database.read();
  if (!tx) return fail(tx.error());
  return quarantine_table::all(*tx);
}

Status PoisonGuard::retry(std::int64_t id, const Along& along) {
  const Result<quarantine_table::Found> found = require(id);
  if (!found) return fail(found.error());
  Result<api::StreamEvent> event = api::decode<api::StreamEvent>(found->content, api::Mode::lenient);
  if (!event) return fail(event.error());
  api::StreamReply page;
  page.events.push_back(std::move(*event));
  file_.retrying(id);
  Status handled = parts_.consumer.handle(page);
  file_.done();
  return handled ? remove(id, quarantine_table::remove, along) : handled;
}

Status PoisonGuard::drop(std::int64_t id, const Along& along) {
  const Result<quarantine_table::Found> found = require(id);
  return found ? remove(id, quarantine_table::drop, along) : Status(fail(found.error()));
}

Result<quarantine_table::Found> PoisonGuard::require(std::int64_t id) {
  Result<store::Transaction> tx = parts_.database.read();
  if (!tx) return fail(tx.error());
  Result<std::optional<quarantine_table::Found>> found = quarantine_table::find(*tx, id);
  if (!found) return fail(found.error());
  if (*found) return std::move(**found);
  return fail(
      Code::not_found, "host.not_quarantined",
      "no item " + std::to_string(id) + " is in quarantine here: statusctl quarantine list shows those that are");
}

Status PoisonGuard::remove(std::int64_t id, Removal removal, const Along& along) {
  Result<store::Transaction> tx = parts_.database.write(store::Durability::full);
  if (!tx) return fail(tx.error());
  if (Status removed = removal(*tx, id); !removed) return removed;
  if (Status kept = along ? along(*tx) : Status(); !kept) return kept;
  return commit(*tx);
}

}  // namespace status::host
