// The families of several reporters in the order of the text format: all series of a name together, under one head.
// Private to metrics; one thread.
#pragma once

#include <string>
#include <vector>

#include "metrics/series_table.h"
#include "metrics/text_writer.h"

namespace status::metrics {

class Page {
 public:
  // What a reporter showed in generations that have ended, and what it shows now; both outlive this. Of two reporters'
  // families of one name the first one's kind and bounds count.
  void add(const SeriesTable& ended, const SeriesTable& current);
  // Once. `bytes`: about the length of it.
  std::string text(std::size_t bytes);

 private:
  struct Part {
    const SeriesFamily* ended;  // null: none
    const SeriesFamily* current;
    const SeriesFamily& shape() const { return current != nullptr ? *current : *ended; }
  };
  using Parts = std::vector<Part>::const_iterator;
  static void write(Parts begin, Parts end, TextWriter& out);
  static void write_sums(Parts begin, Parts end, TextWriter& out);

  std::vector<Part> parts_;
};

}  // namespace status::metrics
