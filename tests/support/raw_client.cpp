#include "tests/support/raw_client.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cerrno>

namespace status::test {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

// A frame of NNG's ipc transport: 1, and the length of what follows.
constexpr std::size_t kFrameHead = 9;
constexpr std::size_t kRequestId = 4;
// A request socket (0x30) greets a reply socket (0x31).
constexpr std::array<std::uint8_t, 8> kGreeting = {0, 'S', 'P', 0, 0, 0x30, 0, 0};

void append_big_endian(Bytes& out, std::uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(value >> shift));
}

std::uint64_t read_big_endian(const std::uint8_t* at, std::size_t bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i) value = value << 8U | at[i];
  return value;
}

}  // namespace

Bytes request(const ipc::RequestHeader& header, ByteView params) {
  Bytes out;
  append_big_endian(out, header.id | 0x8000'0000U, kRequestId);
  ipc::append_request_prefix(header, out);
  out.insert(out.end(), params.begin(), params.end());
  return out;
}

Bytes request(std::string_view method, const std::optional<ipc::Credential>& credential, std::uint32_t id) {
  constexpr std::array<std::uint8_t, 1> kNone = {0x80};
  ipc::RequestHeader header;
  header.id = id;
  header.method = method;
  header.deadline_ms = 60'000;
  header.credential = credential;
  return request(header, kNone);
}

Bytes framed(const Bytes& message) { return framed(message, message.size()); }

Bytes framed(const Bytes& message, std::uint64_t announced) {
  Bytes out = {1};
  append_big_endian(out, announced, 8);
  out.insert(out.end(), message.begin(), message.end());
  return out;
}

RawClient::RawClient(const std::string& path, Greeting greeting) {
  socket_.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  if (::connect(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    error_ = errno;
    return;
  }
  connected_ = true;
  if (greeting == Greeting::none) return;
  const std::size_t size = greeting == Greeting::half ? kGreeting.size() / 2 : kGreeting.size();
  connected_ = ::send(socket_.get(), kGreeting.data(), size, MSG_NOSIGNAL) == static_cast<ssize_t>(size);
  std::array<std::uint8_t, 8> theirs{};
  if (connected_ && greeting == Greeting::whole) {
    connected_ = ::recv(socket_.get(), theirs.data(), theirs.size(), MSG_WAITALL) == 8 && theirs[5] == 0x31;
  }
  ::fcntl(socket_.get(), F_SETFL, O_NONBLOCK);
}

std::size_t RawClient::write(const Bytes& bytes) const {
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t wrote = ::send(socket_.get(), bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
    if (wrote > 0) {
      done += static_cast<std::size_t>(wrote);
      continue;
    }
    pollfd room{socket_.get(), POLLOUT, 0};
    if (errno != EAGAIN || ::poll(&room, 1, 200) != 1 || (room.revents & (POLLHUP | POLLERR)) != 0) return done;
  }
  return bytes.size();
}

bool RawClient::read_more(milliseconds patience) {
  pollfd readable{socket_.get(), POLLIN, 0};
  if (closed_ || ::poll(&readable, 1, static_cast<int>(patience.count())) != 1) return false;
  std::array<std::uint8_t, 65'536> chunk;
  const ssize_t got = ::recv(socket_.get(), chunk.data(), chunk.size(), MSG_DONTWAIT);
  if (got > 0) {
    received_.insert(received_.end(), chunk.begin(), chunk.begin() + got);
  } else if (got == 0 || errno != EAGAIN) {
    closed_ = true;
  }
  return got > 0;
}

std::optional<Bytes> RawClient::answer(milliseconds patience) {
  const auto deadline = Clock::now() + patience;
  for (;;) {
    if (received_.size() >= kFrameHead) {
      const std::size_t size = read_big_endian(received_.data() + 1, 8);
      if (received_.size() >= kFrameHead + size) {
        const auto begin = received_.begin() + kFrameHead;
        const auto end = begin + static_cast<std::ptrdiff_t>(size);
        Bytes envelope(begin + kRequestId, end);
        received_.erase(received_.begin(), end);
        return envelope;
      }
    }
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - Clock::now());
    if (left.count() < 0 || !read_more(left)) return std::nullopt;
  }
}

std::string RawClient::verdict(milliseconds patience) {
  const std::optional<Bytes> envelope = answer(patience);
  if (envelope) return verdict_of(*envelope);
  return closed_ ? "closed" : "silent";
}

bool RawClient::closed(milliseconds patience) {
  while (answer(patience)) continue;
  return closed_;
}

std::string verdict_of(ByteView envelope) {
  const Result<ipc::ResponseView> view = ipc::parse_response(envelope);
  if (!view) return view.error().reason;
  return view->error ? view->error->reason : "ok";
}

}  // namespace status::test
