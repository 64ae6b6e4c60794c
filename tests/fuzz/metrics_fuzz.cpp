// What comes in from others on its way to Prometheus: the snapshot that a module of somebody else answers `_sys.metrics`
// with, and the text exposition of a library or an attached node, which becomes such a snapshot.
#include "ipc/base/codec.h"
#include "metrics/exposition.h"
#include "metrics/snapshot.h"
#include "metrics/text_parser.h"
#include "tests/fuzz/fuzz.h"

namespace {

using namespace status;

constexpr std::size_t kSeries = 100;

void read_snapshot(ByteView bytes) {
  const auto value = decode_msgpack(bytes);
  if (!value) return;
  const auto snapshot = metrics::decode(*value, kSeries);
  if (!snapshot) return;
  test::require(metrics::series_count(*snapshot) <= kSeries, "the limit of series holds");
  test::require(metrics::decode(metrics::encode(*snapshot), kSeries).has_value(), "a snapshot encodes to one");
}

// Whatever is taken is taken by all who come after, and the page that has it can be read again.
void read_text(std::string_view text) {
  const auto everything = [](std::string_view) { return true; };
  const auto parsed = metrics::parse_text(text, everything, {.series = kSeries});
  if (!parsed) return;
  test::require(metrics::series_count(parsed->families) <= kSeries, "the limit of series holds");
  test::require(metrics::decode(metrics::encode(parsed->families), kSeries).has_value(), "a text is a snapshot");
  metrics::Exposition exposition;
  exposition.set_row({.name = "x", .owner = "x", .state = "ready"});
  exposition.update("x", 1, parsed->families, {});
  const std::string page = exposition.text({});
  const metrics::TextLimits with_module{.labels = metrics::TextLimits().labels + 1};
  test::require(metrics::parse_text(page, everything, with_module).has_value(), "a page can be read");
  exposition.ended("x", 1);
  metrics::Exposition next;
  test::require(next.restore(exposition.state()).has_value(), "a state can be restored");
  test::require(next.state() == exposition.state(), "as it was");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  read_snapshot(bytes);
  read_text(as_text(bytes));
  return 0;
}
