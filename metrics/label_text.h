// Labels as the text exposition writes them between its braces: caller="x",method="y". Private to metrics; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "metrics/snapshot.h"

namespace status::metrics {

// Appends them in the order that they have; nothing for none.
void append_labels(const Labels& labels, std::string& out);

// What append_labels() has made, and what others write who follow the format: blanks between the parts and a comma after
// the last are taken. Sorted by name. Empty for anything else, a name that appears twice among it.
std::optional<Labels> parse_labels(std::string_view text);

}  // namespace status::metrics
