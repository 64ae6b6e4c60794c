// The other end of a bulk socket: moves a transfer's bytes, several chunks on their way at once.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "ipc/client/client.h"

namespace status::ipc {

// What the call that began a transfer answered.
struct BulkAddress {
  std::string module;
  std::string url;
  Credential ticket{};
};

class BulkClient {
 public:
  static constexpr std::size_t kAhead = 4;  // chunks: 1 MiB

  static Result<std::unique_ptr<BulkClient>> open(const BulkAddress& address);

  // Fills `chunk` with what is at `offset`; how many bytes: fewer only at the end, none behind it.
  using Source = std::function<Result<std::size_t>(std::uint64_t offset, std::span<std::uint8_t> chunk)>;
  // Takes what comes next.
  using Sink = std::function<Status(ByteView data)>;
  // How many bytes are over, from time to time; false: stop, with CANCELLED `ipc.transfer_stopped`.
  using Progress = std::function<bool(std::uint64_t offset)>;

  // Everything from `offset` to the source's end; the end. All three block, on any thread but NNG's. An error of the
  // other side, of `source` or `sink`, or UNAVAILABLE when the module has gone: then the transfer may be resumed.
  Result<std::uint64_t> send(std::uint64_t offset, const Source& source, const Progress& progress);
  // The bytes from `offset` to `end`.
  Status receive(std::uint64_t offset, std::uint64_t end, const Sink& sink, const Progress& progress);

 private:
  explicit BulkClient(std::unique_ptr<Client> client) : client_(std::move(client)) {}

  template <class M>
  auto begin(const typename M::Request& request);

  const std::unique_ptr<Client> client_;
};

}  // namespace status::ipc
