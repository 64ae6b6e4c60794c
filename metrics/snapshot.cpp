#include "metrics/snapshot.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>

#include "ipc/base/metric_pattern.h"
#include "ipc/base/words.h"

namespace status::metrics {
namespace {

constexpr std::string_view kKinds[] = {"counter", "gauge", "histogram", "summary", "untyped"};
constexpr std::size_t kMaxText = 1024;  // of a label's value and of a help text

Error bad(std::string message) {
  return make_error(Code::invalid_argument, "metrics.bad_snapshot", "snapshot: " + std::move(message));
}

Value encode_sample(const Sample& sample, Kind kind) {
  Value::Array labels;
  for (const auto& [name, value] : sample.labels) {
    labels.emplace_back(name);
    labels.emplace_back(value);
  }
  if (!has_bounds(kind)) return Value::array({std::move(labels), sample.value});
  Value::Array numbers(sample.buckets.begin(), sample.buckets.end());
  if (kind == Kind::summary) numbers.assign(sample.quantiles.begin(), sample.quantiles.end());
  return Value::array({std::move(labels), sample.count, sample.sum, std::move(numbers)});
}

std::optional<double> number(const Value& value) {
  if (const double* real = value.as_double()) return std::isfinite(*real) ? std::optional(*real) : std::nullopt;
  if (const auto integer = value.as_int64()) return static_cast<double>(*integer);
  if (const auto integer = value.as_uint64()) return static_cast<double>(*integer);
  return std::nullopt;
}

Status decode_labels(const Value& value, const Family& family, Labels& out) {
  const Value::Array* flat = value.as_array();
  if (flat == nullptr || flat->size() % 2 != 0) return fail(bad(family.name + ": labels are no list of pairs"));
  for (std::size_t i = 0; i < flat->size(); i += 2) {
    const std::string* name = (*flat)[i].as_string();
    const std::string* text = (*flat)[i + 1].as_string();
    if (name == nullptr || text == nullptr || !is_label_name(*name) || *name == bound_label(family.kind) ||
        !is_metric_text(*text)) {
      return fail(bad(family.name + ": a label's name or value is not allowed"));
    }
    out.emplace_back(*name, *text);
  }
  std::ranges::sort(out);
  const auto same_name = [](const auto& a, const auto& b) { return a.first == b.first; };
  if (std::ranges::adjacent_find(out, same_name) != out.end())
    return fail(bad(family.name + ": a label appears twice"));
  return {};
}

Status decode_buckets(const Value::Array& buckets, const Family& family, Sample& out) {
  for (const Value& bucket : buckets) {
    const auto cumulative = bucket.as_uint64();
    if (!cumulative || *cumulative > out.count || (!out.buckets.empty() && *cumulative < out.buckets.back())) {
      return fail(bad(family.name + ": buckets fall"));
    }
    out.buckets.push_back(*cumulative);
  }
  return {};
}

Status decode_quantiles(const Value::Array& quantiles, const Family& family, Sample& out) {
  for (const Value& quantile : quantiles) {
    const double* real = quantile.as_double();
    const auto value = real != nullptr && std::isnan(*real) ? std::optional(*real) : number(quantile);
    if (!value) return fail(bad(family.name + ": a quantile is no number"));
    out.quantiles.push_back(*value);
  }
  return {};
}

Status decode_many(const Value::Array& parts, const Family& family, Sample& out) {
  const auto count = parts[1].as_uint64();
  const auto sum = number(parts[2]);
  const Value::Array* numbers = parts[3].as_array();
  if (!count || !sum || numbers == nullptr || numbers->size() != family.bounds.size()) {
    return fail(bad(family.name + ": a sample's parts are wrong"));
  }
  out.count = *count;
  out.sum = *sum;
  return family.kind == Kind::histogram ? decode_buckets(*numbers, family, out)
                                        : decode_quantiles(*numbers, family, out);
}

Status decode_sample(const Value& value, const Family& family, Sample& out) {
  const Value::Array* parts = value.as_array();
  const std::size_t wanted = has_bounds(family.kind) ? 4 : 2;
  if (parts == nullptr || parts->size() != wanted)
    return fail(bad(family.name + ": a sample has the wrong number of parts"));
  if (Status labels = decode_labels((*parts)[0], family, out.labels); !labels) return labels;
  if (has_bounds(family.kind)) return decode_many(*parts, family, out);
  const auto plain = number((*parts)[1]);
  if (!plain || (family.kind == Kind::counter && *plain < 0)) return fail(bad(family.name + ": a value is no number"));
  out.value = *plain;
  return {};
}

Status decode_bounds(const Value& value, Family& family) {
  const Value::Array* bounds = value.as_array();
  // A histogram has some; a summary may have none, and then tells count and sum alone.
  const bool may_be_empty = family.kind != Kind::histogram;
  if (bounds == nullptr || (bounds->empty() ? !may_be_empty : !has_bounds(family.kind))) {
    return fail(bad(family.name + ": bounds"));
  }
  for (const Value& bound : *bounds) {
    const auto upper = number(bound);
    const bool is_quantile = upper && *upper >= 0 && *upper <= 1;
    if (!upper || (!family.bounds.empty() && *upper <= family.bounds.back()) ||
        (family.kind == Kind::summary && !is_quantile)) {
      return fail(bad(family.name + ": bounds do not rise"));
    }
    family.bounds.push_back(*upper);
  }
  return {};
}

Result<Family> decode_family(const Value& value) {
  const Value::Array* parts = value.as_array();
  if (parts == nullptr || parts->size() != 5) return fail(bad("a family has the wrong number of parts"));
  const std::string* name = (*parts)[0].as_string();
  const std::string* help = (*parts)[1].as_string();
  const std::string* kind = (*parts)[2].as_string();
  const Value::Array* samples = (*parts)[4].as_array();
  if (name == nullptr || !is_metric_name(*name) || help == nullptr || !is_metric_text(*help) || kind == nullptr ||
      samples == nullptr) {
    return fail(bad("a family's name, help, kind or list of samples is not allowed"));
  }
  const std::optional<Kind> known = to_kind(*kind);
  if (!known) return fail(bad(*name + ": kind '" + *kind + "'"));
  Family family{*name, *help, *known, {}, {}};
  if (Status bounds = decode_bounds((*parts)[3], family); !bounds) return fail(bounds.error());
  for (const Value& sample : *samples) {
    Sample decoded;
    if (Status good = decode_sample(sample, family, decoded); !good) return fail(good.error());
    family.samples.push_back(std::move(decoded));
  }
  return family;
}

}  // namespace

std::string_view to_word(Kind kind) { return kKinds[static_cast<std::size_t>(kind)]; }

std::optional<Kind> to_kind(std::string_view word) {
  const auto* const known = std::ranges::find(kKinds, word);
  return known == std::end(kKinds) ? std::nullopt : std::optional(static_cast<Kind>(known - std::begin(kKinds)));
}

std::string_view bound_label(Kind kind) {
  return kind == Kind::histogram ? "le" : kind == Kind::summary ? "quantile" : "";
}

bool is_metric_text(std::string_view text) {
  return text.size() <= kMaxText && text.find('\0') == std::string_view::npos && count_code_points(text);
}

std::size_t lines_of(Kind kind, std::size_t bounds) {
  // A histogram's last bucket, +Inf, is not among the bounds.
  return has_bounds(kind) ? bounds + (kind == Kind::histogram ? 3 : 2) : 1;
}

bool is_metric_name(std::string_view name) { return !name.ends_with('*') && is_metric_pattern(name); }

bool is_label_name(std::string_view name) {
  return is_metric_name(name) && name.find(':') == std::string_view::npos && !name.starts_with("__");
}

std::size_t series_count(const Family& family) {
  return family.samples.size() * lines_of(family.kind, family.bounds.size());
}

std::size_t series_count(const Snapshot& snapshot) {
  std::size_t total = 0;
  for (const Family& family : snapshot) total += series_count(family);
  return total;
}

Value encode(const Snapshot& snapshot) {
  Value::Array families;
  for (const Family& family : snapshot) {
    Value::Array samples;
    for (const Sample& sample : family.samples) samples.push_back(encode_sample(sample, family.kind));
    families.push_back(Value::array({family.name, family.help, to_word(family.kind),
                                     Value::Array(family.bounds.begin(), family.bounds.end()), std::move(samples)}));
  }
  return Value::map({{"families", std::move(families)}});
}

Result<Snapshot> decode(const Value& value, std::size_t max_series) {
  const Value* list = value.find("families");
  const Value::Array* families = list == nullptr ? nullptr : list->as_array();
  if (families == nullptr) return fail(bad("`families` is missing"));
  Snapshot snapshot;
  std::size_t series = 0;
  for (const Value& item : *families) {
    Result<Family> family = decode_family(item);
    if (!family) return fail(family.error());
    series += series_count(*family);
    if (series > max_series) {
      return fail(Code::resource_exhausted, "metrics.too_many_series",
                  "a snapshot of more than " + std::to_string(max_series) + " series");
    }
    snapshot.push_back(std::move(*family));
  }
  return snapshot;
}

}  // namespace status::metrics
