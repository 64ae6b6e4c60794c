// What a Prometheus would see of a node.
#pragma once

#include <map>
#include <string>

#include "tests/support/node.h"

namespace status::test {

// The page that `supervisor.hello` names, with its HTTP header; empty when nobody answers.
std::string scrape(Node& node);

// Of such a page: every series that must not fall (counters, and what histograms are made of), by its name and labels.
std::map<std::string, double> counters_of(const std::string& page);

}  // namespace status::test
