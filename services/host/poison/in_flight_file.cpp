#include "services/host/poison/in_flight_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <utility>

#include "ipc/base/unique_fd.h"

namespace status::host {
namespace {

constexpr std::size_t kBytes = 4'096;
constexpr std::uint64_t kMagic = 0x31544847'494c4e49;  // "INLIGHT1"; another layout gets another number

enum Kind : std::uint64_t { kNothing, kItem, kItems, kRetry };

// Each record ends with a check of the rest, so that one that was being written when the process died reads as empty.
struct InFlight {
  std::uint64_t kind;
  std::uint64_t first;  // a number of the stream, or an id of the quarantine
  std::uint64_t last;
  InFlightFile::Digest digest;
  std::uint64_t check;
};

struct Suspicion {
  std::uint64_t seq;  // 0: of no single item
  InFlightFile::Digest digest;
  std::uint64_t deaths;
  std::uint64_t together;  // up to this number items were in flight with others in one death; 0: none
  std::uint64_t check;
};

// FNV-1a, never 0.
template <class Record>
std::uint64_t check_of(const Record& record) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(&record);
  std::uint64_t hash = 0xcbf29ce484222325;
  for (std::size_t i = 0; i < offsetof(Record, check); ++i) hash = (hash ^ bytes[i]) * 0x100000001b3;
  return hash | 1;
}

// The next process reads what this thread has stored when it dies, in the order of the program: only the compiler has
// to be held back.
template <class Record>
void put(Record& at, const Record& value) {
  at.check = 0;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  std::memcpy(&at, &value, offsetof(Record, check));
  std::atomic_signal_fence(std::memory_order_seq_cst);
  at.check = check_of(value);
}

template <class Record>
Record get(const Record& at) {
  return at.check == check_of(at) ? at : Record{};
}

}  // namespace

struct InFlightFile::Content {
  std::uint64_t magic;
  std::uint64_t forgiven;
  InFlight in_flight;
  Suspicion suspicion;
};

Result<InFlightFile> InFlightFile::map(int fd) {
  static_assert(sizeof(Content) <= kBytes);
  const int flags = MAP_SHARED | (fd < 0 ? MAP_ANONYMOUS : 0);
  void* mapping = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, flags, fd, 0);
  if (mapping == MAP_FAILED) return fail(errno_error(errno, "mmap of the file of what is in flight"));
  return InFlightFile(static_cast<Content*>(mapping));
}

Result<InFlightFile> InFlightFile::without_file() { return map(-1); }

Result<InFlightFile> InFlightFile::open(const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  struct stat info {};
  if (!fd || ::fstat(fd.get(), &info) != 0) return fail(errno_error(errno, "open " + path));
  if (info.st_size != static_cast<off_t>(kBytes) && ::ftruncate(fd.get(), 0) != 0) {
    return fail(errno_error(errno, "truncate " + path));
  }
  // With its blocks: a store into a hole of a full disk would be a SIGBUS.
  if (const int full = ::posix_fallocate(fd.get(), 0, kBytes); full != 0) {
    return fail(errno_error(full, "allocate " + path));
  }
  Result<InFlightFile> file = map(fd.get());
  if (!file) return file;
  if (file->content_->magic != kMagic) {
    std::memset(static_cast<void*>(file->content_), 0, kBytes);
    file->content_->magic = kMagic;
  }
  file->count_death();
  return file;
}

InFlightFile::InFlightFile(InFlightFile&& other) noexcept
    : content_(std::exchange(other.content_, nullptr)), died_retrying_(other.died_retrying_) {}

InFlightFile& InFlightFile::operator=(InFlightFile&& other) noexcept {
  std::swap(content_, other.content_);
  died_retrying_ = other.died_retrying_;
  return *this;
}

InFlightFile::~InFlightFile() {
  if (content_ != nullptr) ::munmap(content_, kBytes);
}

void InFlightFile::count_death() {
  const InFlight found = get(content_->in_flight);
  const bool forgiven = std::exchange(content_->forgiven, 0) != 0;
  if (!forgiven) {
    Suspicion suspicion = get(content_->suspicion);
    if (found.kind == kItem) {
      suspicion.deaths = deaths({found.first, found.digest}) + 1;
      suspicion.seq = found.first;
      suspicion.digest = found.digest;
    } else if (found.kind == kItems) {
      suspicion.together = std::max(suspicion.together, found.last);
    } else if (found.kind == kRetry) {
      died_retrying_ = static_cast<std::int64_t>(found.first);
    }
    put(content_->suspicion, suspicion);
  }
  done();
}

void InFlightFile::handling(const Item& item) {
  put(content_->in_flight, {.kind = kItem, .first = item.seq, .last = item.seq, .digest = item.digest, .check = 0});
}

void InFlightFile::handling(std::uint64_t first, std::uint64_t last) {
  put(content_->in_flight, {.kind = kItems, .first = first, .last = last, .digest = {}, .check = 0});
}

void InFlightFile::retrying(std::int64_t id) {
  const auto number = static_cast<std::uint64_t>(id);
  put(content_->in_flight, {.kind = kRetry, .first = number, .last = number, .digest = {}, .check = 0});
}

void InFlightFile::done() { put(content_->in_flight, {}); }

void InFlightFile::past(std::uint64_t seq) {
  done();
  if (!suspects()) return;
  Suspicion left = get(content_->suspicion);
  if (left.seq <= seq) left = {.seq = 0, .digest = {}, .deaths = 0, .together = left.together, .check = 0};
  if (left.together <= seq) left.together = 0;
  put(content_->suspicion, left);
}

void InFlightFile::forget() {
  done();
  put(content_->suspicion, {});
}

void InFlightFile::forgive() { std::atomic_ref(content_->forgiven).store(1); }

std::uint32_t InFlightFile::deaths(const Item& item) const {
  const Suspicion known = get(content_->suspicion);
  if (known.seq == item.seq && known.digest == item.digest) return static_cast<std::uint32_t>(known.deaths);
  return item.seq <= known.together ? 1 : 0;
}

bool InFlightFile::suspects() const {
  const Suspicion known = get(content_->suspicion);
  return known.seq != 0 || known.together != 0;
}

}  // namespace status::host
