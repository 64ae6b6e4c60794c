#include "metrics/text_families.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "metrics/text_number.h"

namespace status::metrics {
namespace {

std::optional<std::string_view> without(std::string_view name, std::string_view end) {
  if (name.size() <= end.size() || !name.ends_with(end)) return std::nullopt;
  return name.substr(0, name.size() - end.size());
}

std::optional<double> take_bound(Labels& labels, std::string_view name) {
  const auto label = std::ranges::find(labels, name, [](const auto& each) { return std::string_view(each.first); });
  if (label == labels.end()) return std::nullopt;
  const std::optional<double> bound = parse_number(label->second);
  labels.erase(label);
  return bound;
}

bool are_bounds(Kind kind, const std::vector<double>& bounds) {
  if (kind == Kind::summary) return std::ranges::all_of(bounds, [](double q) { return q >= 0 && q <= 1; });
  return kind != Kind::histogram || !bounds.empty();
}

bool is_count(double value) { return value >= 0 && value <= kMostExact && value == std::trunc(value); }

}  // namespace

void TextFamilies::set_help(std::string_view name, std::string help) {
  if (!wanted_(name)) return;
  // Nobody needs a longer one to read the numbers.
  if (is_metric_text(help)) declared_[std::string(name)].help = std::move(help);
}

bool TextFamilies::set_kind(std::string_view name, Kind kind) {
  Declared& declared = declared_[std::string(name)];
  // A type behind its samples has changed what they are.
  const bool changes = declared.kind ? *declared.kind != kind : families_.contains(name);
  if (changes) return false;
  declared.kind = kind;
  return true;
}

const TextFamilies::Declared* TextFamilies::declared(std::string_view name) const {
  const auto found = declared_.find(name);
  return found == declared_.end() || !found->second.kind ? nullptr : &found->second;
}

TextFamilies::Place TextFamilies::place_of(std::string_view line_name) const {
  if (const Declared* own = declared(line_name)) {
    return {line_name, *own->kind, *own->kind == Kind::summary ? Role::bounded : Role::value, own};
  }
  constexpr std::pair<std::string_view, Role> kEnds[] = {
      {"_bucket", Role::bounded}, {"_count", Role::count}, {"_sum", Role::sum}};
  for (const auto& [end, role] : kEnds) {
    const auto base = without(line_name, end);
    const Declared* owner = base ? declared(*base) : nullptr;
    if (owner == nullptr || !has_bounds(*owner->kind)) continue;
    if (role == Role::bounded && *owner->kind == Kind::summary) continue;
    return {*base, *owner->kind, role, owner};
  }
  // OpenMetrics declares a counter without the end of its name.
  if (const auto base = without(line_name, "_total")) {
    const Declared* owner = declared(*base);
    if (owner != nullptr && owner->kind == Kind::counter) return {line_name, Kind::counter, Role::value, owner};
  }
  return {line_name, Kind::untyped, Role::value, nullptr};
}

bool TextFamilies::add(std::string_view line_name, Labels labels, double value) {
  const Place place = place_of(line_name);
  const std::optional<double> bound = place.role == Role::bounded ? take_bound(labels, bound_label(place.kind)) : 0;
  if (!bound || std::isnan(*bound)) return false;
  // A histogram has no line of its own name.
  if (place.kind == Kind::histogram && place.role == Role::value) return false;
  if (place.role != Role::bounded && has_bounds(place.kind) && take_bound(labels, bound_label(place.kind)))
    return false;
  if (place.kind == Kind::counter && value < 0) return false;
  if (!wanted_(place.family)) return true;
  if (!std::isfinite(value)) {
    const bool is_quantile = place.kind == Kind::summary && place.role == Role::bounded;
    if (!is_quantile) return true;
    value = std::numeric_limits<double>::quiet_NaN();  // not known
  }
  Parts* parts = parts_of(place, std::move(labels));
  if (parts == nullptr) return true;
  if (place.role == Role::value) parts->value = value;
  if (place.role == Role::bounded) parts->bounded[*bound] = value;
  if (place.role == Role::count) parts->count = value;
  if (place.role == Role::sum) parts->sum = value;
  return true;
}

// Null: there is no room for more samples, each of which is one line at least.
TextFamilies::Parts* TextFamilies::parts_of(const Place& place, Labels labels) {
  const auto known = families_.find(place.family);
  if (samples_ >= most_ && (known == families_.end() || !known->second.samples.contains(labels))) {
    ++left_out_;
    return nullptr;
  }
  Building& building = known != families_.end() ? known->second : families_[std::string(place.family)];
  building.kind = place.kind;
  if (place.declared != nullptr) building.help = place.declared->help;
  const auto [sample, fresh] = building.samples.try_emplace(std::move(labels));
  if (fresh) ++samples_;
  return &sample->second;
}

std::optional<Sample> TextFamilies::sample_of(Kind kind, const Labels& labels, const Parts& parts) {
  Sample sample;
  sample.labels = labels;
  sample.value = parts.value;
  if (!has_bounds(kind)) return sample;
  // Libraries change these numbers while they write them down: the buckets are what must not contradict themselves.
  double count = parts.count.value_or(0);
  if (kind == Kind::histogram) {
    const auto all = parts.bounded.find(std::numeric_limits<double>::infinity());
    if (all == parts.bounded.end()) return std::nullopt;
    count = all->second;
  }
  if (!is_count(count)) return std::nullopt;
  sample.count = static_cast<std::uint64_t>(count);
  sample.sum = parts.sum.value_or(0);
  for (const auto& [bound, value] : parts.bounded) {
    if (kind == Kind::summary) {
      sample.quantiles.push_back(value);
    } else if (!is_count(value) || (!sample.buckets.empty() && value < static_cast<double>(sample.buckets.back()))) {
      return std::nullopt;
    } else if (std::isfinite(bound)) {
      sample.buckets.push_back(static_cast<std::uint64_t>(value));
    }
  }
  if (!sample.buckets.empty() && sample.buckets.back() > sample.count) return std::nullopt;
  return sample;
}

std::vector<double> TextFamilies::bounds_of(const Parts& parts) {
  std::vector<double> own;
  for (const auto& [bound, value] : parts.bounded) {
    if (std::isfinite(bound)) own.push_back(bound);
  }
  return own;
}

std::optional<ParsedText> TextFamilies::take(std::string& problem) {
  ParsedText out;
  out.left_out = left_out_;
  std::size_t series = 0;
  for (auto& [name, building] : families_) {
    Family family{name, std::move(building.help), building.kind, {}, {}};
    family.bounds = bounds_of(building.samples.begin()->second);
    const bool wrong_bounds = !are_bounds(family.kind, family.bounds);
    for (const auto& [labels, parts] : building.samples) {
      std::optional<Sample> sample = sample_of(family.kind, labels, parts);
      if (wrong_bounds || !sample || bounds_of(parts) != family.bounds) {
        problem = name + ": its lines do not fit together";
        return std::nullopt;
      }
      const std::size_t lines = lines_of(family.kind, family.bounds.size());
      if (series + lines > most_) {
        out.left_out += lines;
        continue;
      }
      series += lines;
      family.samples.push_back(std::move(*sample));
    }
    if (!family.samples.empty()) out.families.push_back(std::move(family));
  }
  return out;
}

}  // namespace status::metrics
