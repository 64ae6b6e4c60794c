// The metrics that a library records: few, of proper names, each of one kind, shown as status_<module>_<name>. Any
// thread.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <variant>

#include "metrics/registry.h"

namespace status::module_host {

class LibraryMetrics {
 public:
  static constexpr std::size_t kMostNames = 32;

  // The registry outlives this.
  LibraryMetrics(metrics::Registry& registry, std::string module);

  // One that is of a wrong name or kind, or one too many, is counted as dropped.
  void count(const char* name, double by);
  void gauge(const char* name, double value);
  void observe(const char* name, double seconds);

 private:
  using Instrument = std::variant<metrics::Counter, metrics::Gauge, metrics::Histogram>;
  template <class Kind, class Make>
  const Kind* find(const char* name, Make make);
  std::string full_name(std::string_view name) const;

  metrics::Registry& registry_;
  const std::string module_;
  const metrics::Counter dropped_;
  std::mutex mutex_;  // guards the next one
  std::map<std::string, Instrument, std::less<>> instruments_;
};

}  // namespace status::module_host
