// statusctl storage put | get: the bytes of files, over the storage module's second socket (ipc/bulk).
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <thread>

#include "ipc/base/codec.h"
#include "ipc/base/file.h"
#include "ipc/base/unique_fd.h"
#include "ipc/bulk/bulk_client.h"
#include "supervisor/cli/statusctl/commands.h"
#include "supervisor/cli/statusctl/exit_codes.h"
#include "supervisor/cli/statusctl/output.h"
#include "supervisor/cli/statusctl/progress_bar.h"
#include "supervisor/cli/statusctl/storage_commands.h"

namespace status::cli {
namespace {

using namespace std::chrono_literals;

// A module that is away is back in a fraction of this (ARCHITECTURE.md section 6).
constexpr auto kPatience = 15s;
constexpr auto kPause = 200ms;
// The disk may have to take the whole file.
constexpr std::uint32_t kSlowDeadlineMs = 120'000;

// May be repeated, and is by insist() below.
Result<Value> call_with_key(Session& session, const std::string& method, const Value& params, const std::string& key) {
  ipc::Request request;
  request.method = method;
  request.params = encode_msgpack(params);
  request.deadline_ms = kSlowDeadlineMs;
  request.idempotency_key = key;
  const Result<ipc::Response> response = session.client().call_and_wait(request);
  if (!response) return fail(response.error());
  return decode_msgpack(response->result());
}

struct Transfer {
  Value transfer;  // its id
  ipc::BulkAddress address;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

Result<Transfer> read_transfer(const Value& reply) {
  Transfer out;
  const Value* transfer = reply.find("transfer");
  const Value* ticket = reply.find("ticket");
  const Bytes* bytes = ticket == nullptr ? nullptr : ticket->as_bytes();
  if (transfer == nullptr || bytes == nullptr) {
    return fail(Code::internal, "cli.bad_reply", "storage gave an answer of another shape");
  }
  out.transfer = *transfer;
  out.address = {.module = "storage", .url = reply.string_or("url", ""), .ticket = {}};
  if (bytes->size() == out.address.ticket.size()) std::ranges::copy(*bytes, out.address.ticket.begin());
  out.offset = reply.uint_or("offset", 0);
  out.size = reply.uint_or("size", 0);
  return out;
}

// The module went away, or came back and waits for its key or knows nothing of the ticket, or chunks overtook each
// other: what came over stays.
bool goes_on_after(const Error& error) {
  return error.code == Code::unavailable || error.reason == "locked" || error.reason == "ipc.unknown_ticket" ||
         error.reason == "storage.wrong_offset";
}

// `again()` begins or resumes, `move(transfer)` moves until it is done or failed and says how far it came; both are
// repeated while something still comes over now and then.
template <class Again, class Move>
Status insist(Again again, Move move) {
  MonotonicTime until = std::chrono::steady_clock::now() + kPatience;
  std::uint64_t furthest = 0;
  while (true) {
    Result<Transfer> transfer = again();
    Status moved = transfer ? move(*transfer) : Status(fail(transfer.error()));
    if (moved || !goes_on_after(moved.error())) return moved;
    const MonotonicTime now = std::chrono::steady_clock::now();
    if (transfer && transfer->offset > furthest) {
      furthest = transfer->offset;
      until = now + kPatience;
    }
    if (now > until) return moved;
    std::this_thread::sleep_for(kPause);
  }
}

Result<UniqueFd> open_source(const std::string& path, struct stat& found) {
  UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file || ::fstat(file.get(), &found) != 0) return fail(errno_error(errno, "open " + path));
  if (!S_ISREG(found.st_mode)) return fail(Code::invalid_argument, "cli.no_file", path + " is no regular file");
  return file;
}

Result<std::size_t> read_at(int file, std::uint64_t offset, std::span<std::uint8_t> out, const std::string& path) {
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t got = ::pread(file, out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(errno_error(errno, "read " + path));
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

// The same command again goes on where it stopped; a file that was changed is another.
std::string key_of(const StoragePutWish& wish, const std::string& name, const struct stat& found) {
  std::error_code ignored;
  const std::string where = std::filesystem::absolute(wish.file, ignored).string() + "\n" + name + "\n" +
                            wish.mimetype + (wish.pinned ? "\npinned " : "\n") + std::to_string(wish.data_blocks) +
                            "+" + std::to_string(wish.parity_blocks) + " " + std::to_string(found.st_ino) + " " +
                            std::to_string(found.st_size) + " " + std::to_string(found.st_mtim.tv_sec) + "." +
                            std::to_string(found.st_mtim.tv_nsec);
  return "statusctl " + std::to_string(std::hash<std::string>{}(where));
}

Status move_out(const Transfer& transfer, int file, const std::string& path, ProgressBar& bar) {
  if (transfer.address.url.empty()) return {};  // finished before
  Result<std::unique_ptr<ipc::BulkClient>> bulk = ipc::BulkClient::open(transfer.address);
  if (!bulk) return fail(std::move(bulk.error()));
  const Result<std::uint64_t> end = (*bulk)->send(
      transfer.offset,
      [&](std::uint64_t offset, std::span<std::uint8_t> chunk) { return read_at(file, offset, chunk, path); },
      [&](std::uint64_t offset) {
        bar.reached(offset);
        return true;
      });
  return end ? Status() : Status(fail(end.error()));
}

Status move_in(const Transfer& transfer, int file, const std::string& path, ProgressBar& bar) {
  Result<std::unique_ptr<ipc::BulkClient>> bulk = ipc::BulkClient::open(transfer.address);
  if (!bulk) return fail(std::move(bulk.error()));
  return (*bulk)->receive(
      transfer.offset, transfer.size, [&](ByteView data) { return write_all(file, as_text(data), path); },
      [&](std::uint64_t offset) {
        bar.reached(offset);
        return true;
      });
}

}  // namespace

int run_storage_put(const Shell& shell, const StoragePutWish& wish) {
  struct stat found {};
  const Result<UniqueFd> file = open_source(wish.file, found);
  if (!file) return report(file.error());
  Result<Session> session = Session::open(shell.place);
  if (!session) return report(session.error());
  const auto size = static_cast<std::uint64_t>(found.st_size);
  const std::string name = wish.filename ? *wish.filename : std::filesystem::path(wish.file).filename().string();
  const Value params = Value::map({{"filename", name},
                                   {"mimetype", wish.mimetype},
                                   {"size", size},
                                   {"pinned", wish.pinned},
                                   {"data_blocks", wish.data_blocks},
                                   {"parity_blocks", wish.parity_blocks}});
  const std::string key = key_of(wish, name, found);
  Value stored;
  {
    ProgressBar bar(0, size);
    const Status over = insist(
        [&]() -> Result<Transfer> {
          const Result<Value> reply = call_with_key(*session, "storage.put", params, key);
          if (!reply) return fail(reply.error());
          return read_transfer(*reply);
        },
        [&](const Transfer& begun) -> Status {
          if (Status moved = move_out(begun, file->get(), wish.file, bar); !moved) return moved;
          Result<Value> finished =
              session->read("storage.finish", Value::map({{"transfer", begun.transfer}}), kSlowDeadlineMs);
          if (!finished) return fail(std::move(finished.error()));
          stored = std::move(*finished);
          return {};
        });
    if (!over) return report(over.error());
  }
  const std::string cid = stored.string_or("cid", "");
  if (shell.json) {
    print_json(Value::map({{"cid", cid}}), shell.terminal);
  } else {
    std::printf("%s\n", cid.c_str());
  }
  return kDone;
}

int run_storage_get(const Shell& shell, const StorageGetWish& wish) {
  Result<Session> session = Session::open(shell.place);
  if (!session) return report(session.error());
  // Beside the place where it goes; named after what is in it, so that a later get goes on with it.
  const std::string part = wish.output + "." + wish.cid.substr(0, 64) + ".part";
  const UniqueFd file(::open(part.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return report(errno_error(errno, "open " + part));
  std::optional<ProgressBar> bar;
  const Status over = insist(
      [&]() -> Result<Transfer> {
        struct stat found {};
        if (::fstat(file.get(), &found) != 0) return fail(errno_error(errno, "stat " + part));
        const auto offset = static_cast<std::uint64_t>(found.st_size);
        const Result<Value> reply =
            session->read("storage.get", Value::map({{"cid", wish.cid}, {"offset", offset}}), kSlowDeadlineMs);
        if (!reply) return fail(reply.error());
        return read_transfer(*reply);
      },
      [&](const Transfer& begun) {
        if (!bar) bar.emplace(begun.offset, begun.size);
        return move_in(begun, file.get(), part, *bar);
      });
  bar.reset();
  if (!over) {
    struct stat found {};
    if (::fstat(file.get(), &found) == 0 && found.st_size == 0) ::unlink(part.c_str());
    return report(over.error());
  }
  if (::fsync(file.get()) != 0) return report(errno_error(errno, "fsync " + part));
  if (::rename(part.c_str(), wish.output.c_str()) != 0) return report(errno_error(errno, "rename to " + wish.output));
  if (Status synced = sync_folder_of(wish.output); !synced) return report(synced.error());
  return kDone;
}

}  // namespace status::cli
