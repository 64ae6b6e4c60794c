#include "metrics/snapshot.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>

namespace status::metrics {
namespace {

constexpr std::string_view kKinds[] = {"counter", "gauge", "histogram"};
constexpr std::size_t kMaxName = 200;
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
  if (kind != Kind::histogram) return Value::array({std::move(labels), sample.value});
  Value::Array buckets(sample.buckets.begin(), sample.buckets.end());
  return Value::array({std::move(labels), sample.count, sample.sum, std::move(buckets)});
}

std::optional<double> number(const Value& value) {
  if (const double* real = value.as_double()) return std::isfinite(*real) ? std::optional(*real) : std::nullopt;
  if (const auto integer = value.as_int64()) return static_cast<double>(*integer);
  if (const auto integer = value.as_uint64()) return static_cast<double>(*integer);
  return std::nullopt;
}

Status decode_labels(const Value& value, const std::string& family, Labels& out) {
  const Value::Array* flat = value.as_array();
  if (flat == nullptr || flat->size() % 2 != 0) return fail(bad(family + ": labels are no list of pairs"));
  for (std::size_t i = 0; i < flat->size(); i += 2) {
    const std::string* name = (*flat)[i].as_string();
    const std::string* text = (*flat)[i + 1].as_string();
    if (name == nullptr || text == nullptr || !is_label_name(*name) || *name == "le" || text->size() > kMaxText) {
      return fail(bad(family + ": a label's name or value is not allowed"));
    }
    out.emplace_back(*name, *text);
  }
  std::ranges::sort(out);
  const auto same_name = [](const auto& a, const auto& b) { return a.first == b.first; };
  if (std::ranges::adjacent_find(out, same_name) != out.end()) return fail(bad(family + ": a label appears twice"));
  return {};
}

Status decode_histogram(const Value::Array& parts, const Family& family, Sample& out) {
  const auto count = parts[1].as_uint64();
  const auto sum = number(parts[2]);
  const Value::Array* buckets = parts[3].as_array();
  if (!count || !sum || buckets == nullptr || buckets->size() != family.bounds.size()) {
    return fail(bad(family.name + ": a histogram's parts are wrong"));
  }
  out.count = *count;
  out.sum = *sum;
  for (const Value& bucket : *buckets) {
    const auto cumulative = bucket.as_uint64();
    if (!cumulative || *cumulative > out.count || (!out.buckets.empty() && *cumulative < out.buckets.back())) {
      return fail(bad(family.name + ": buckets fall"));
    }
    out.buckets.push_back(*cumulative);
  }
  return {};
}

Status decode_sample(const Value& value, const Family& family, Sample& out) {
  const Value::Array* parts = value.as_array();
  const std::size_t wanted = family.kind == Kind::histogram ? 4 : 2;
  if (parts == nullptr || parts->size() != wanted)
    return fail(bad(family.name + ": a sample has the wrong number of parts"));
  if (Status labels = decode_labels((*parts)[0], family.name, out.labels); !labels) return labels;
  if (family.kind == Kind::histogram) return decode_histogram(*parts, family, out);
  const auto plain = number((*parts)[1]);
  if (!plain || (family.kind == Kind::counter && *plain < 0)) return fail(bad(family.name + ": a value is no number"));
  out.value = *plain;
  return {};
}

Status decode_bounds(const Value& value, Family& family) {
  const Value::Array* bounds = value.as_array();
  if (bounds == nullptr || bounds->empty() != (family.kind != Kind::histogram))
    return fail(bad(family.name + ": bounds"));
  for (const Value& bound : *bounds) {
    const auto upper = number(bound);
    if (!upper || (!family.bounds.empty() && *upper <= family.bounds.back())) {
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
  if (name == nullptr || !is_metric_name(*name) || help == nullptr || help->size() > kMaxText || kind == nullptr ||
      samples == nullptr) {
    return fail(bad("a family's name, help, kind or list of samples is not allowed"));
  }
  const auto* const known = std::ranges::find(kKinds, *kind);
  if (known == std::end(kKinds)) return fail(bad(*name + ": kind '" + *kind + "'"));
  Family family{*name, *help, static_cast<Kind>(known - std::begin(kKinds)), {}, {}};
  if (Status bounds = decode_bounds((*parts)[3], family); !bounds) return fail(bounds.error());
  for (const Value& sample : *samples) {
    Sample decoded;
    if (Status good = decode_sample(sample, family, decoded); !good) return fail(good.error());
    family.samples.push_back(std::move(decoded));
  }
  return family;
}

// `[a-zA-Z_][a-zA-Z0-9_]*`, and `more` anywhere.
bool is_name(std::string_view name, char more) {
  const auto letter = [more](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == more;
  };
  const auto other = [&](char c) { return letter(c) || (c >= '0' && c <= '9'); };
  return !name.empty() && name.size() <= kMaxName && letter(name[0]) && std::ranges::all_of(name, other);
}

}  // namespace

std::string_view to_word(Kind kind) { return kKinds[static_cast<std::size_t>(kind)]; }

bool is_metric_name(std::string_view name) { return is_name(name, ':'); }

bool is_label_name(std::string_view name) { return is_name(name, '_') && !name.starts_with("__"); }

std::size_t series_count(const Family& family) {
  return family.samples.size() * (family.kind == Kind::histogram ? family.bounds.size() + 3 : 1);
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
