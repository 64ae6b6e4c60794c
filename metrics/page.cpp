#include "metrics/page.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "metrics/reporter.h"

namespace status::metrics {
namespace {

// Those of `ended` and `current` of a reporter, added up before those of others are: what is one sum now and two numbers
// before must not differ in the last digit, for a counter that falls by that much has fallen.
template <class Visit>
void for_each_series(const SeriesFamily* ended, const SeriesFamily* current, Visit visit) {
  if (ended != nullptr && current != nullptr && ended->same_shape(*current)) {
    return for_each_sum(*ended, *current, visit);
  }
  // Where a newer version of the module has changed the shape, the newer one is shown.
  for (SeriesCursor at(current != nullptr ? *current : *ended); !at.at_end(); at.next())
    visit(at.labels(), at.numbers());
}

// The name of the histogram or summary whose lines a family of that name would be.
std::string_view owner_of_lines(std::string_view name) {
  for (const std::string_view end : {"_bucket", "_count", "_sum"}) {
    if (name.ends_with(end)) return name.substr(0, name.size() - end.size());
  }
  return {};
}

}  // namespace

void Page::add(const SeriesTable& ended, const SeriesTable& current) {
  for_each_family(ended, current, [this](const SeriesFamily* older, const SeriesFamily* newer) {
    parts_.push_back({older, newer});
  });
}

std::string Page::text(std::size_t bytes) {
  const auto name = [](const Part& part) { return std::string_view(part.shape().name); };
  std::ranges::stable_sort(parts_, {}, name);
  TextWriter out(bytes);
  std::set<std::string_view> with_lines;
  for (Parts at = parts_.begin(); at != parts_.end();) {
    const Parts end = std::find_if(at, parts_.cend(), [&](const Part& part) { return name(part) != name(*at); });
    if (has_bounds(at->shape().kind)) with_lines.insert(name(*at));
    // Whose name comes before those of its lines.
    if (!with_lines.contains(owner_of_lines(name(*at)))) write(at, end, out);
    at = end;
  }
  return out.take();
}

void Page::write(Parts begin, Parts end, TextWriter& out) {
  const SeriesFamily& head = begin->shape();
  out.begin(head.name, head.help, head.kind, head.bounds);
  if (tells_of_others(head.name)) return write_sums(begin, end, out);
  for (Parts at = begin; at != end; ++at) {
    if (!at->shape().same_shape(head)) continue;
    for_each_series(at->ended, at->current,
                    [&](std::string_view labels, std::span<const double> numbers) { out.add(labels, numbers); });
  }
}

void Page::write_sums(Parts begin, Parts end, TextWriter& out) {
  const SeriesFamily& head = begin->shape();
  const std::size_t width = head.width();
  std::unordered_map<std::string_view, std::size_t> places;
  std::vector<std::string_view> labels;
  std::vector<double> sums;
  for (Parts at = begin; at != end; ++at) {
    if (!at->shape().same_shape(head)) continue;
    for_each_series(at->ended, at->current, [&](std::string_view text, std::span<const double> numbers) {
      const auto [place, fresh] = places.try_emplace(text, labels.size());
      if (!fresh) return add_up(head.kind, std::span(sums).subspan(place->second * width, width), numbers);
      labels.push_back(text);
      sums.insert(sums.end(), numbers.begin(), numbers.end());
    });
  }
  for (std::size_t i = 0; i < labels.size(); ++i) out.add(labels[i], std::span(sums).subspan(i * width, width));
}

}  // namespace status::metrics
