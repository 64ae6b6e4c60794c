// Writes the text exposition (prometheus.io: "Text-based format"), family by family. Private to metrics; one thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/snapshot.h"

namespace status::metrics {

class TextWriter {
 public:
  // Room for a page of that many bytes.
  explicit TextWriter(std::size_t bytes) { out_.reserve(bytes); }

  // What follows are series of that family: each family once, all its series together. One without series leaves no
  // trace.
  void begin(std::string_view name, std::string_view help, Kind kind, const std::vector<double>& bounds);
  // `labels`: as append_labels() has made them; `numbers`: as SeriesFamily's.
  void add(std::string_view labels, std::span<const double> numbers);

  std::string take() { return std::move(out_); }

 private:
  void line(std::string_view name, std::string_view labels, std::string_view bound, double value);

  std::string out_;
  std::string head_;  // of the family at hand, until it has a series
  Kind kind_ = Kind::counter;
  std::string name_, bounded_, count_, sum_;  // what lines begin with
  std::vector<std::string> bounds_;           // le="0.5", quantile="0.5"
};

}  // namespace status::metrics
