#include "metrics/series_table.h"

#include <algorithm>
#include <limits>
#include <map>

#include "metrics/label_text.h"
#include "metrics/registry.h"
#include "metrics/reporter.h"
#include "metrics/supervisor_families.h"

namespace status::metrics {
namespace {

void append_numbers(const Sample& sample, Kind kind, std::vector<double>& out) {
  if (!has_bounds(kind)) return out.push_back(sample.value);
  if (kind == Kind::summary) out.insert(out.end(), sample.quantiles.begin(), sample.quantiles.end());
  for (const std::uint64_t bucket : sample.buckets) out.push_back(static_cast<double>(bucket));
  out.push_back(static_cast<double>(sample.count));
  out.push_back(sample.sum);
}

SeriesFamily shape_of(const SeriesFamily& family) {
  return {family.name, family.help, family.kind, family.bounds, {}, {}};
}

// Sorts the families of one name and shape into one.
class Packer {
 public:
  Packer(const Family& first, std::string_view reporter)
      : out_{first.name, first.help, first.kind, first.bounds, {}, {}}, reporter_(reporter) {}

  void add(const Family& family) {
    if (family.kind != out_.kind || family.bounds != out_.bounds) return;
    for (const Sample& sample : family.samples) {
      const std::size_t begin = texts_.size();
      if (reporter_.empty()) {
        append_labels(sample.labels, texts_);
      } else {
        labels_ = sample.labels;
        sign(reporter_, out_.name, labels_);
        append_labels(labels_, texts_);
      }
      lines_.push_back({begin, texts_.size() - begin, &sample});
    }
  }

  SeriesFamily take() {
    const auto text = [this](const Line& line) { return std::string_view(texts_).substr(line.begin, line.size); };
    // Stable: of equal gauges the last one stays.
    std::ranges::stable_sort(lines_, {}, text);
    out_.labels.reserve(texts_.size() + lines_.size());
    out_.numbers.reserve(lines_.size() * out_.width());
    std::vector<double> numbers;
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      numbers.clear();
      append_numbers(*lines_[i].sample, out_.kind, numbers);
      if (i > 0 && text(lines_[i]) == text(lines_[i - 1])) {
        add_up(out_.kind, std::span(out_.numbers).last(out_.width()), numbers);
      } else {
        out_.append(text(lines_[i]), numbers);
      }
    }
    return std::move(out_);
  }

 private:
  struct Line {
    std::size_t begin, size;
    const Sample* sample;
  };

  SeriesFamily out_;
  const std::string_view reporter_;
  std::string texts_;
  std::vector<Line> lines_;
  Labels labels_;
};

std::string overflowed(std::string_view label_text, std::string_view family, std::string_view reporter) {
  Labels labels = parse_labels(label_text).value_or(Labels());
  for (auto& [name, value] : labels) value = Registry::kOverflow;
  sign(reporter, family, labels);
  std::string out;
  append_labels(labels, out);
  return out;
}

SeriesFamily sum_of(const SeriesFamily& older, const SeriesFamily& newer) {
  SeriesFamily sum = shape_of(newer);
  for_each_sum(older, newer,
               [&](std::string_view labels, std::span<const double> numbers) { sum.append(labels, numbers); });
  sum.labels.shrink_to_fit();
  sum.numbers.shrink_to_fit();
  return sum;
}

// Those of several processes cannot be told from theirs.
void forget_quantiles(SeriesFamily& family) {
  if (family.kind != Kind::summary) return;
  for (std::size_t i = 0; i < family.numbers.size(); ++i) {
    if (i % family.width() < family.bounds.size()) family.numbers[i] = std::numeric_limits<double>::quiet_NaN();
  }
}

// `series`: what all families have so far.
SeriesFamily carry_over(const SeriesFamily& carried, const SeriesFamily& current, std::string_view reporter,
                        std::size_t& series) {
  SeriesFamily fitting = shape_of(current);
  SeriesFamily shared = shape_of(current);
  const std::size_t lines = lines_of(current.kind, current.bounds.size());
  SeriesCursor known(carried);
  for (SeriesCursor at(current); !at.at_end(); at.next()) {
    while (!known.at_end() && known.labels() < at.labels()) known.next();
    const bool is_known = !known.at_end() && known.labels() == at.labels();
    if (is_known || series + lines <= kMostCarried) {
      if (!is_known) series += lines;
      fitting.append(at.labels(), at.numbers());
    } else if (shared.labels.empty()) {
      shared.append(overflowed(at.labels(), current.name, reporter), at.numbers());
    } else {
      add_up(current.kind, shared.numbers, at.numbers());
    }
  }
  SeriesFamily sum = sum_of(sum_of(carried, fitting), shared);
  forget_quantiles(sum);
  return sum;
}

}  // namespace

void SeriesFamily::append(std::string_view label_text, std::span<const double> values) {
  labels.append(label_text) += '\n';
  numbers.insert(numbers.end(), values.begin(), values.end());
}

std::size_t series_count(const SeriesTable& table) {
  std::size_t total = 0;
  for (const SeriesFamily& family : table)
    total += family.numbers.size() / family.width() * lines_of(family.kind, family.bounds.size());
  return total;
}

void add_up(Kind kind, std::span<double> into, std::span<const double> from) {
  // What does not add up is the newer one's: all of a gauge, and a summary's quantiles, which come before count and sum.
  const std::size_t momentary = is_momentary(kind) ? into.size() : kind == Kind::summary ? into.size() - 2 : 0;
  for (std::size_t i = 0; i < into.size(); ++i) into[i] = from[i] + (i < momentary ? 0 : into[i]);
}

SeriesTable pack(const Snapshot& snapshot, std::string_view reporter) {
  std::map<std::string_view, Packer> packers;
  for (const Family& family : snapshot) {
    if (family.samples.empty() || (!reporter.empty() && SupervisorFamilies::reserves(family.name))) continue;
    packers.try_emplace(family.name, family, reporter).first->second.add(family);
  }
  SeriesTable table;
  table.reserve(packers.size());
  for (auto& [name, packer] : packers) table.push_back(packer.take());
  return table;
}

SeriesTable carry_over(const SeriesTable& carried, const SeriesTable& current, std::string_view reporter) {
  SeriesTable sums;
  std::size_t series = series_count(carried);
  for_each_family(carried, current, [&](const SeriesFamily* older, const SeriesFamily* newer) {
    if (newer == nullptr) return sums.push_back(*older);
    if (is_momentary(newer->kind)) return;
    const SeriesFamily nothing = shape_of(*newer);
    const SeriesFamily& before = older != nullptr && older->same_shape(*newer) ? *older : nothing;
    sums.push_back(carry_over(before, *newer, reporter, series));
  });
  return sums;
}

}  // namespace status::metrics
