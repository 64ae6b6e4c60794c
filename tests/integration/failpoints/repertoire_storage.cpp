// The storage module's part of the repertoire: files are stored, read, pinned, pushed out and deleted.
#include <algorithm>

#include "ipc/base/random.h"
#include "ipc/bulk/bulk_client.h"
#include "tests/integration/failpoints/repertoire.h"

namespace status::failpoints {
namespace {

using test::kPatience;

// Of a node whose quota has room for 31 blocks (failing_node.cpp): whoever wants so many pushes out the few that are
// not pinned.
constexpr std::size_t kBlock = 64U << 10U;
constexpr std::size_t kFew = 4 * kBlock;
constexpr std::size_t kMost = 28 * kBlock;

Bytes contents(std::size_t size) {
  Bytes out(size);
  SystemRandom().fill(out);
  return out;
}

Value put_params(std::size_t size, bool pinned) { return Value::map({{"size", size}, {"pinned", pinned}}); }

Result<std::unique_ptr<ipc::BulkClient>> open_bulk(const Value& transfer) {
  ipc::BulkAddress address{.module = "storage", .url = transfer.string_or("url", ""), .ticket = {}};
  const Value* ticket = transfer.find("ticket");
  const Bytes* bytes = ticket == nullptr ? nullptr : ticket->as_bytes();
  if (bytes != nullptr && bytes->size() == address.ticket.size()) std::ranges::copy(*bytes, address.ticket.begin());
  return ipc::BulkClient::open(address);
}

// All that is not there yet. An error when the module ends meanwhile.
Status send(const Value& transfer, const Bytes& bytes) {
  if (transfer.string_or("url", "").empty()) return {};  // stored already
  const auto bulk = open_bulk(transfer);
  if (!bulk) return fail(bulk.error());
  const auto source = [&](std::uint64_t offset, std::span<std::uint8_t> chunk) -> Result<std::size_t> {
    const std::size_t size = std::min<std::size_t>(chunk.size(), bytes.size() - offset);
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(offset), size, chunk.begin());
    return size;
  };
  const auto sent = (*bulk)->send(transfer.uint_or("offset", 0), source, [](std::uint64_t) { return true; });
  return sent ? Status() : Status(fail(sent.error()));
}

Result<Bytes> receive(const Value& transfer) {
  const auto bulk = open_bulk(transfer);
  if (!bulk) return fail(bulk.error());
  Bytes out;
  const auto sink = [&](ByteView data) {
    out.insert(out.end(), data.begin(), data.end());
    return Status();
  };
  const Status over = (*bulk)->receive(0, transfer.uint_or("size", 0), sink, [](std::uint64_t) { return true; });
  if (!over) return fail(over.error());
  return out;
}

Value only(const Value& reply, const std::string& key) {
  const Value* value = reply.find(key);
  return Value::map({{key, value == nullptr ? Value() : *value}});
}

}  // namespace

void Repertoire::storage() {
  call("storage.space");
  call("storage.list");
  end_put();
  drop_outdated();

  const std::string key = next("put");
  const Bytes file = contents(kFew);
  const auto cid = put(file, true, key);
  if (!cid) return;
  outdated_.insert(*cid);
  const Value address = Value::map({{"cid", *cid}});
  call("storage.manifest", address);
  call("storage.exists", address);
  if (const auto back = get(*cid); back && *back != file) troubles_.insert("storage.get: other bytes than were put");
  call("storage.pin", Value::map({{"cid", *cid}, {"pinned", false}}));
  drop_outdated();
  if (!outdated_.empty()) return;
  // The same put once more, of what is gone.
  begin_put(put_params(kFew, true), key);
  end_put();

  keep_another_file();
  // One that is not pinned makes room.
  if (!put(contents(kFew), false, next("put"))) return;
  begin_put(put_params(kMost, false), next("put"));
  end_put();
}

void Repertoire::keep_another_file() {
  Bytes file = contents(kBlock / 2);
  const auto cid = put(file, true, next("put"));
  if (!cid) return;
  const std::string before = here_.ledger.file().first;
  here_.ledger.stored(*cid, std::move(file));
  if (!before.empty()) outdated_.insert(before);
  drop_outdated();
}

void Repertoire::drop_outdated() {
  while (!outdated_.empty() && call("storage.delete", Value::map({{"cid", *outdated_.begin()}}))) {
    outdated_.erase(outdated_.begin());
  }
}

std::optional<Value> Repertoire::begin_put(const Value& params, const std::string& key) {
  if (enough_()) return std::nullopt;
  const auto begun = front_->insist("storage.put", params, key, kPatience);
  if (!begun) {
    troubles_.insert("storage.put: " + begun.error().describe());
    return std::nullopt;
  }
  putting_ = only(*begun, "transfer");
  return *begun;
}

void Repertoire::end_put() {
  if (putting_ && call("storage.cancel", *putting_)) putting_.reset();
}

std::optional<std::string> Repertoire::put(const Bytes& file, bool pinned, const std::string& key) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    const auto begun = begin_put(put_params(file.size(), pinned), key);
    if (!begun) return std::nullopt;
    if (!send(*begun, file)) continue;
    call("storage.resume", *putting_);
    const auto done = call("storage.finish", *putting_, "storage.incomplete");
    if (!done) continue;
    call("storage.finish", *putting_);
    putting_.reset();
    return done->string_or("cid", "");
  }
  return std::nullopt;
}

std::optional<Bytes> Repertoire::get(const std::string& cid) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    const auto begun = call("storage.get", Value::map({{"cid", cid}}));
    if (!begun) return std::nullopt;
    const auto bytes = receive(*begun);
    // Nothing knows of it where the module has ended since.
    call("storage.cancel", only(*begun, "transfer"), "storage.unknown_upload");
    if (bytes) return *bytes;
  }
  return std::nullopt;
}

bool Repertoire::has_file() {
  const auto [cid, file] = here_.ledger.file();
  return !cid.empty() && get(cid) == file;
}

}  // namespace status::failpoints
