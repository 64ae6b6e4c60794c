// Polls of a stream as a front end makes them.
#pragma once

#include "ipc/api/convert.h"
#include "ipc/api/stream_types.h"
#include "tests/unit/ipc/harness.h"

namespace status::ipc::testing {

using Poll = std::future<Result<Response>>;

inline Request poll_request(const api::StreamRequest& params, std::uint32_t deadline_ms = 60'000) {
  Request out = request("echo.events.next", deadline_ms);
  out.params = *api::encode(params);
  return out;
}

inline Poll begin_poll(Client& client, const api::StreamRequest& params, std::uint32_t deadline_ms = 60'000) {
  return begin_call(client, poll_request(params, deadline_ms));
}

inline Result<api::StreamReply> page_of(Poll poll) {
  Result<Response> response = poll.get();
  if (!response) return fail(std::move(response.error()));
  return api::decode<api::StreamReply>(response->result(), api::Mode::lenient);
}

inline std::vector<std::uint64_t> seqs(const api::StreamReply& page) {
  std::vector<std::uint64_t> out;
  for (const api::StreamEvent& event : page.events) out.push_back(event.seq);
  return out;
}

inline Bytes event_data(std::uint64_t n) { return encode_msgpack(Value::map({{"n", n}})); }

}  // namespace status::ipc::testing
