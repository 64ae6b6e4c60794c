// How an exposition is carried from one gateway to the next:
// {modules: [{name, generation, collected_ns, current, ended}]}, both tables as
// [[name, help, kind, bounds, labels, numbers], …]: the two blocks of a family as they lie in memory, because both
// gateways run on this machine and a value for each number would take many times the room.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "metrics/exposition.h"
#include "metrics/label_text.h"

namespace status::metrics {
namespace {

// Sums have the label sets of all generations.
constexpr std::size_t kMaxSeries = 100'000;

std::uint64_t to_ns(MonotonicTime time) {
  return static_cast<std::uint64_t>(std::chrono::nanoseconds(time.time_since_epoch()).count());
}

tl::unexpected<Error> bad_state(std::string_view what) {
  return fail(Code::invalid_argument, "metrics.bad_snapshot", "saved metrics: " + std::string(what));
}

Value encode_table(const SeriesTable& table) {
  Value::Array families;
  families.reserve(table.size());
  for (const SeriesFamily& family : table) {
    Bytes numbers(family.numbers.size() * sizeof(double));
    if (!numbers.empty()) std::memcpy(numbers.data(), family.numbers.data(), numbers.size());
    families.push_back(Value::array({family.name, family.help, to_word(family.kind),
                                     Value::Array(family.bounds.begin(), family.bounds.end()),
                                     to_bytes(as_bytes(family.labels)), std::move(numbers)}));
  }
  return families;
}

// Lines of labels, rising.
bool are_labels(const SeriesFamily& family, std::size_t series) {
  if (!family.labels.empty() && !family.labels.ends_with('\n')) return false;
  if (static_cast<std::size_t>(std::ranges::count(family.labels, '\n')) != series) return false;
  std::optional<std::string_view> before;
  for (SeriesCursor at(family); !at.at_end(); at.next()) {
    if (!parse_labels(at.labels()) || (before && *before >= at.labels())) return false;
    before = at.labels();
  }
  return true;
}

// As decode() takes them of a snapshot.
bool are_numbers(const SeriesFamily& family) {
  const std::size_t quantiles = family.kind == Kind::summary ? family.bounds.size() : 0;
  for (std::size_t i = 0; i < family.numbers.size(); ++i) {
    const double number = family.numbers[i];
    const bool may_be_unknown = i % family.width() < quantiles && std::isnan(number);
    if (!std::isfinite(number) && !may_be_unknown) return false;
    if (family.kind == Kind::counter && number < 0) return false;
  }
  return true;
}

Result<SeriesFamily> decode_family(const Value& value) {
  const Value::Array* parts = value.as_array();
  if (parts == nullptr || parts->size() != 6) return bad_state("a family has the wrong number of parts");
  // Everything but the series is that of a snapshot without any.
  const Value head = Value::map(
      {{"families",
        Value::array({Value::array({(*parts)[0], (*parts)[1], (*parts)[2], (*parts)[3], Value::Array()})})}});
  const Result<Snapshot> shape = decode(head);
  if (!shape) return fail(shape.error());
  if (SupervisorFamilies::reserves(shape->front().name)) return bad_state("a name of the supervisor's");
  const Family& first = shape->front();
  SeriesFamily family{first.name, first.help, first.kind, first.bounds, {}, {}};
  const Bytes* labels = (*parts)[4].as_bytes();
  const Bytes* numbers = (*parts)[5].as_bytes();
  const std::size_t series_bytes = family.width() * sizeof(double);
  if (labels == nullptr || numbers == nullptr || numbers->size() % series_bytes != 0) return bad_state(family.name);
  family.labels = as_text(*labels);
  if (!are_labels(family, numbers->size() / series_bytes)) return bad_state("labels of " + family.name);
  family.numbers.resize(numbers->size() / sizeof(double));
  if (!numbers->empty()) std::memcpy(family.numbers.data(), numbers->data(), numbers->size());
  if (!are_numbers(family)) return bad_state("numbers of " + family.name);
  return family;
}

Result<SeriesTable> decode_table(const Value& module, std::string_view key) {
  const Value* list = module.find(key);
  if (list == nullptr || list->as_array() == nullptr) return bad_state("a table is missing");
  SeriesTable table;
  for (const Value& each : *list->as_array()) {
    Result<SeriesFamily> family = decode_family(each);
    if (!family) return fail(std::move(family.error()));
    if (!table.empty() && table.back().name >= family->name) return bad_state("names do not rise");
    table.push_back(std::move(*family));
  }
  if (series_count(table) > kMaxSeries) return bad_state("too many series");
  return table;
}

}  // namespace

Value Exposition::state() const {
  Value::Array modules;
  for (const auto& [name, module] : modules_) {
    modules.push_back(Value::map({{"name", name},
                                  {"generation", module.generation},
                                  {"collected_ns", module.collected ? to_ns(*module.collected) : 0},
                                  {"current", encode_table(module.current)},
                                  {"ended", encode_table(module.ended)}}));
  }
  return Value::map({{"modules", std::move(modules)}});
}

Status Exposition::restore(const Value& state) {
  const Value* list = state.find("modules");
  if (list == nullptr || list->as_array() == nullptr) return bad_state("`modules` is missing");
  std::map<std::string, Module, std::less<>> modules;
  for (const Value& saved : *list->as_array()) {
    Result<SeriesTable> current = decode_table(saved, "current");
    if (!current) return fail(std::move(current.error()));
    Result<SeriesTable> ended = decode_table(saved, "ended");
    if (!ended) return fail(std::move(ended.error()));
    Module& module = modules[saved.string_or("name", "")];
    module.generation = saved.uint_or("generation", 0);
    if (const std::uint64_t ns = saved.uint_or("collected_ns", 0); ns != 0) {
      module.collected = MonotonicTime(std::chrono::nanoseconds(ns));
    }
    module.current = std::move(*current);
    module.ended = std::move(*ended);
  }
  modules_ = std::move(modules);
  return {};
}

}  // namespace status::metrics
