// Stands between a durable stream and its consumer: an item that was in flight in three deaths of the consumer's
// process is set aside, and the stream moves on.
//
//   Result<std::unique_ptr<PoisonGuard>> guard = PoisonGuard::open({database, consumer, observer, "waku.messages"},
//                                                                  std::move(file));
//   subscription.set_max((*guard)->page_size());                       // before each poll
//   if ((*guard)->take(page)) resume();
//
// A death is any end of the process but one that it was asked for: a crash, a SIGKILL, the supervisor's answer to a
// hang. What is decided by what: InFlightFile counts, quarantine_table keeps.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "ipc/api/stream_types.h"
#include "services/host/poison/in_flight_file.h"
#include "services/host/poison/quarantine_table.h"

namespace status::host {

// On the guard's thread.
class DurableConsumer {
 public:
  virtual ~DurableConsumer() = default;
  // Decodes and handles the events of a page and commits their effect together with the page's cursor. An item that
  // cannot be used is handled by passing over it. An empty cursor: an item out of the stream's order, which leaves the
  // stored cursor alone; it may have been handled before. An error is the store's: nothing has changed.
  virtual Status handle(const api::StreamReply& page) = 0;
  // Stores the cursor, in the transaction that keeps the items before it from being lost.
  virtual Status move_past(store::Transaction& tx, const std::string& cursor) = 0;
  // The item is in quarantine, or is a copy of one that is or was: it does not come to handle() by itself.
  virtual void set_aside(const api::StreamEvent& event) { (void)event; }
  // What two items have in common that are the same to this consumer: a sender that has no answer sends again, and
  // three deaths for each copy would be no end. Without decoding what may be the poison; never empty.
  virtual Bytes identity(const api::StreamEvent& event) const = 0;
};

// Told after the commit, on the guard's thread.
class QuarantineObserver {
 public:
  virtual ~QuarantineObserver() = default;
  // `pushed_out`: older ones that went because there were too many.
  virtual void quarantined(const QuarantinedItem& item, std::uint64_t pushed_out) = 0;
  // How many there are now.
  virtual void holds(std::uint64_t items) = 0;
};

// One thread at a time, but for forgive(). Outside any transaction.
class PoisonGuard {
 public:
  static constexpr std::uint32_t kDeaths = 3;
  static constexpr std::uint32_t kPage = 100;

  // They outlive the guard.
  struct Parts {
    store::Database& database;
    DurableConsumer& consumer;
    QuarantineObserver& observer;
    std::string stream;  // "waku.messages"
  };

  // Makes its table on the first start. Errors are the store's.
  static Result<std::unique_ptr<PoisonGuard>> open(Parts parts, InFlightFile file);

  // How many items the next page may have: one while it has to be found out which of them kills.
  std::uint32_t page_size() const { return file_.suspects() ? 1 : kPage; }
  // Success: the page is dealt with, and its cursor stored. Copies of what is or was in quarantine are passed over. An
  // error is the store's: give it again later.
  Status take(const api::StreamReply& page);
  // The process was asked to end: what is in flight is not held against it. Any thread.
  void forgive() { file_.forgive(); }

  // Oldest first; without content.
  Result<std::vector<QuarantinedItem>> list();
  // What has to be kept together with a removal, such as the reply to a keyed call: in its transaction, before its
  // commit.
  using Along = std::function<Status(store::Transaction& tx)>;
  // Hands the item to the consumer now and removes it: at least once, for a death between the two repeats it. Another
  // death while it is handled is added to its count. NOT_FOUND `host.not_quarantined`; the consumer's errors leave it
  // where it is.
  Status retry(std::int64_t id, const Along& along = {});
  // Removes it; copies of it are passed over still. NOT_FOUND `host.not_quarantined`.
  Status drop(std::int64_t id, const Along& along = {});

 private:
  PoisonGuard(Parts parts, InFlightFile file) : parts_(std::move(parts)), file_(std::move(file)) {}
  Bytes identity_of(const api::StreamEvent& event) const;
  Status take_new(const api::StreamReply& page, std::uint64_t last);
  Status quarantine(const api::StreamReply& page, const Bytes& identity, std::uint32_t deaths);
  // Commits what changes the table, and takes note of what is in it now.
  Status commit(store::Transaction& tx);
  Result<quarantine_table::Found> require(std::int64_t id);
  using Removal = Status (*)(store::Transaction& tx, std::int64_t id);
  Status remove(std::int64_t id, Removal removal, const Along& along);

  const Parts parts_;
  InFlightFile file_;
  std::set<Bytes> aside_;  // identities
};

}  // namespace status::host
