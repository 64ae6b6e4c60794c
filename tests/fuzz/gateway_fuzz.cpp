// What a front end sends to the gateway itself: parameters of its methods and polls, its credential; and the marks in
// the event ring, which a gateway finds as the one before it has left them. The first byte chooses.
#include <algorithm>

#include "ipc/api/convert.h"
#include "ipc/api/stream_types.h"
#include "ipc/server/access.h"
#include "supervisor/gateway/api.h"
#include "supervisor/gateway/stream_mark.h"
#include "tests/fuzz/fuzz.h"

namespace status {
namespace {

template <class Request>
void read_params(ByteView params) {
  const auto request = api::decode<Request>(params, api::Mode::strict);
  if (!request) return;
  const auto encoded = api::encode(*request);
  test::require(encoded && api::decode<Request>(*encoded, api::Mode::strict), "parameters encode to such");
}

void read_mark(ByteView bytes) {
  ipc::EventRing::Mark raw{};
  std::copy_n(bytes.begin(), std::min(bytes.size(), raw.bytes.size()), raw.bytes.begin());
  const gateway::StreamMark mark = gateway::unpack(raw.bytes);
  const gateway::StreamMark again = gateway::unpack(gateway::pack(0, mark).bytes);
  test::require(again.module == mark.module && again.cursor == mark.cursor && again.seq == mark.seq &&
                    again.generation == mark.generation,
                "a mark packs to itself");
}

}  // namespace
}  // namespace status

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace status;
  if (size == 0) return 0;
  const ByteView rest(data + 1, size - 1);
  switch (data[0] % 6) {
    case 0:
      read_params<gateway::Describe::Request>(rest);
      break;
    case 1:
      read_params<gateway::OneModule::Request>(rest);
      break;
    case 2:
      read_params<gateway::ModuleName>(rest);
      break;
    case 3:
      read_params<api::StreamRequest>(rest);
      break;
    case 4:
      read_mark(rest);
      break;
    default:
      static_cast<void>(ipc::parse_credential(as_text(rest)));
  }
  return 0;
}
