// The series of one reporter as the gateway keeps them between scrapes: labels are text already, and each family is two
// blocks of memory instead of some objects a series. Private to metrics; any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/snapshot.h"

namespace status::metrics {

// All series of one name.
struct SeriesFamily {
  std::string name;
  std::string help;
  Kind kind = Kind::counter;
  std::vector<double> bounds;   // as Family's
  std::string labels;           // of each series, as text, and a line feed: rising, none twice
  std::vector<double> numbers;  // of each series `width()`: its value, or one for each bound, count and sum

  std::size_t width() const { return has_bounds(kind) ? bounds.size() + 2 : 1; }
  bool same_shape(const SeriesFamily& other) const { return kind == other.kind && bounds == other.bounds; }
  void append(std::string_view label_text, std::span<const double> values);
};

// By name, rising, none twice.
using SeriesTable = std::vector<SeriesFamily>;

// As Snapshot's.
std::size_t series_count(const SeriesTable& table);

// What that reporter's snapshot shows, signed by it and without names that are the supervisor's; an empty reporter is the
// supervisor. Equal series add up (of gauges the last one stays); a name that is used in two ways is what it was first.
SeriesTable pack(const Snapshot& snapshot, std::string_view reporter);

// What a reporter has shown when its generation ends: the sums of both, without what ends with it. Where a name has
// changed its kind or bounds the sums are those of the newer one. Past so many time series new label sets of a family
// share one, so that no sequence of generations can make the sums grow without bound.
inline constexpr std::size_t kMostCarried = 8'000;
SeriesTable carry_over(const SeriesTable& carried, const SeriesTable& current, std::string_view reporter);

// Of equal series: what is shown of both. `into` is the older one.
void add_up(Kind kind, std::span<double> into, std::span<const double> from);

// The series of a family in their order.
class SeriesCursor {
 public:
  explicit SeriesCursor(const SeriesFamily& family)
      : labels_(family.labels), number_(family.numbers.data()), width_(family.width()) {}
  bool at_end() const { return labels_.empty(); }
  std::string_view labels() const { return labels_.substr(0, labels_.find('\n')); }
  std::span<const double> numbers() const { return {number_, width_}; }
  void next() {
    labels_.remove_prefix(labels_.find('\n') + 1);
    number_ += width_;
  }

 private:
  std::string_view labels_;
  const double* number_;
  std::size_t width_;
};

// Calls visit(labels, numbers) for each series of two families of one shape, in their order; of equal ones for the sum.
template <class Visit>
void for_each_sum(const SeriesFamily& older, const SeriesFamily& newer, Visit visit) {
  SeriesCursor a(older);
  SeriesCursor b(newer);
  std::vector<double> sum;
  while (!a.at_end() && !b.at_end()) {
    const int order = a.labels().compare(b.labels());
    if (order == 0) {
      sum.assign(a.numbers().begin(), a.numbers().end());
      add_up(older.kind, sum, b.numbers());
      visit(a.labels(), std::span<const double>(sum));
    } else {
      const SeriesCursor& least = order < 0 ? a : b;
      visit(least.labels(), least.numbers());
    }
    if (order <= 0) a.next();
    if (order >= 0) b.next();
  }
  for (; !a.at_end(); a.next()) visit(a.labels(), a.numbers());
  for (; !b.at_end(); b.next()) visit(b.labels(), b.numbers());
}

// Calls visit(older, newer) for each name of either, in their order; null where that one does not have it.
template <class Visit>
void for_each_family(const SeriesTable& older, const SeriesTable& newer, Visit visit) {
  auto a = older.begin();
  auto b = newer.begin();
  while (a != older.end() || b != newer.end()) {
    const bool has_a = a != older.end() && (b == newer.end() || a->name <= b->name);
    const bool has_b = b != newer.end() && (a == older.end() || b->name <= a->name);
    visit(has_a ? &*a : nullptr, has_b ? &*b : nullptr);
    if (has_a) ++a;
    if (has_b) ++b;
  }
}

}  // namespace status::metrics
