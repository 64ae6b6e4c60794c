// The snapshot that a module of somebody else answers `_sys.metrics` with, up to the text for Prometheus.
#include "ipc/base/codec.h"
#include "metrics/snapshot.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace status;
  const auto value = decode_msgpack(ByteView(data, size));
  if (!value) return 0;
  const auto snapshot = metrics::decode(*value, 100);
  if (!snapshot) return 0;
  test::require(metrics::series_count(*snapshot) <= 100, "the limit of series holds");
  test::require(metrics::decode(metrics::encode(*snapshot), 100).has_value(), "a snapshot encodes to one");
  return 0;
}
