// What a Prometheus would see of a node.
#pragma once

#include <map>
#include <string>

#include "tests/support/node.h"

namespace status::test {

// The page that `supervisor.hello` names, with its HTTP header; empty when nobody answers.
std::string scrape(Node& node);
// Its two halves, for more than one: where metrics are served (0: nowhere), and an answer with its head; empty when there
// is none.
std::uint16_t metrics_port(Node& node);
std::string fetch(std::uint16_t port, const std::string& path);

// Of such a page: every series that must not fall (counters, and what histograms are made of), by its name and labels.
std::map<std::string, double> counters_of(const std::string& page);

}  // namespace status::test
