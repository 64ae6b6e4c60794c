#include "supervisor/tree/graph.h"

#include <algorithm>
#include <map>

#include "ipc/base/codec.h"
#include "ipc/base/words.h"

namespace status::supervisor {
namespace {

using Edges = std::vector<std::vector<std::size_t>>;

Result<Edges> resolve(const std::vector<GraphNode>& nodes) {
  std::map<std::string, std::size_t> index;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    index[nodes[i].name] = i;
    names.push_back(nodes[i].name);
  }
  Edges edges(nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    for (const std::string& required : nodes[i].requires_) {
      const auto found = index.find(required);
      if (found == index.end()) {
        std::string message =
            "module " + nodes[i].name + " requires " + in_quotes(required) + ", which is not enabled on this node";
        const std::string nearest = nearest_word(required, names);
        if (!nearest.empty()) message += "; did you mean " + in_quotes(nearest) + "?";
        return fail(Code::failed_precondition, "supervisor.missing_module", std::move(message));
      }
      edges[i].push_back(found->second);
    }
  }
  return edges;
}

// Walks along unplaced nodes until one comes again: what is left over after the waves has a cycle.
std::string name_cycle(const std::vector<GraphNode>& nodes, const Edges& edges, const std::vector<bool>& placed) {
  std::vector<std::size_t> path;
  std::size_t at = static_cast<std::size_t>(std::find(placed.begin(), placed.end(), false) - placed.begin());
  while (std::find(path.begin(), path.end(), at) == path.end()) {
    path.push_back(at);
    at = *std::find_if(edges[at].begin(), edges[at].end(), [&](std::size_t to) { return !placed[to]; });
  }
  std::string text;
  for (auto it = std::find(path.begin(), path.end(), at); it != path.end(); ++it) text += nodes[*it].name + " → ";
  return text + nodes[at].name;
}

}  // namespace

Result<std::vector<std::vector<std::size_t>>> start_waves(const std::vector<GraphNode>& nodes) {
  auto edges = resolve(nodes);
  if (!edges) return fail(edges.error());
  std::vector<std::vector<std::size_t>> waves;
  std::vector<bool> placed(nodes.size(), false);
  std::size_t left = nodes.size();
  while (left > 0) {
    std::vector<std::size_t> wave;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      const auto is_placed = [&](std::size_t to) { return placed[to]; };
      if (!placed[i] && std::all_of((*edges)[i].begin(), (*edges)[i].end(), is_placed)) wave.push_back(i);
    }
    if (wave.empty()) {
      return fail(Code::failed_precondition, "supervisor.cyclic_modules",
                  "modules require each other in a circle: " + name_cycle(nodes, *edges, placed));
    }
    for (const std::size_t i : wave) placed[i] = true;
    left -= wave.size();
    waves.push_back(std::move(wave));
  }
  return waves;
}

}  // namespace status::supervisor
