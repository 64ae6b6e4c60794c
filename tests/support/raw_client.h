// A peer of an ipc:// socket that speaks the little of NNG's protocol that it needs, and breaks off, lies or falls
// silent where it likes: what NNG's own client never does. One thread.
//
//   RawClient client(node.path("run/supervisor.sock"));
//   client.write(framed(request("supervisor.hello", token)));
//   EXPECT_EQ(client.verdict(kPatience), "ok");
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "ipc/base/bytes.h"
#include "ipc/base/unique_fd.h"
#include "ipc/wire/envelope.h"

namespace status::test {

// A whole request: NNG's request id, the envelope, `params` (an encoded map).
Bytes request(const ipc::RequestHeader& header, ByteView params);
Bytes request(std::string_view method, const std::optional<ipc::Credential>& credential, std::uint32_t id = 1);

// As it goes over the wire, with its length in front; or with another length.
Bytes framed(const Bytes& message);
Bytes framed(const Bytes& message, std::uint64_t announced);

class RawClient {
 public:
  enum class Greeting { whole, half, none };

  // Connects, and greets as a request socket greets a reply socket.
  explicit RawClient(const std::string& path, Greeting greeting = Greeting::whole);

  // With a whole greeting: it was answered.
  bool connected() const { return connected_; }
  // Why it is not connected; 0 where the other end closed it.
  int error() const { return error_; }

  // How many bytes were taken: not all when nobody takes more for 200 ms, or the connection is closed.
  std::size_t write(const Bytes& bytes) const;
  // The next answer's envelope; nothing when the connection is closed, or the time is up.
  std::optional<Bytes> answer(std::chrono::milliseconds patience);
  // What the next answer is: "ok", the reason of its error, "closed" or "silent".
  std::string verdict(std::chrono::milliseconds patience);
  // True once the other end has closed the connection; answers before that are passed over.
  bool closed(std::chrono::milliseconds patience);

  int descriptor() const { return socket_.get(); }

 private:
  // Reads what there is; false when the time is up or the connection is closed.
  bool read_more(std::chrono::milliseconds patience);

  UniqueFd socket_;
  bool connected_ = false;
  bool closed_ = false;
  int error_ = 0;
  Bytes received_;
};

// What an answer's envelope says: "ok", or the reason of its error.
std::string verdict_of(ByteView envelope);

}  // namespace status::test
