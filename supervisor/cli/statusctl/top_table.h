// What `statusctl top` shows, from what `supervisor.top` says. Pure.
#pragma once

#include <string>
#include <vector>

#include "ipc/base/value.h"

namespace status::cli {

enum class TopOrder { name, rate, errors, latency, memory, cpu, restarts };

// The rows of a reply in that order, the greatest first; names from a.
std::vector<Value> ordered(const Value& reply, TopOrder order);

// A table with a line for each, the chosen one marked; a bar of the stages shows where a module's time goes, with the
// marks of the waterfall (waterfall.h) and · for the ways.
std::string top_table(const std::vector<Value>& rows, std::size_t chosen);

}  // namespace status::cli
