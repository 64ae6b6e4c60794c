// The exposition against a model that is too simple to be fast: any number of modules, generations and pages.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <sstream>

#include "metrics/exposition.h"

namespace status::metrics {
namespace {

constexpr int kRounds = 400;
const std::vector<std::string> kModules = {"chat", "keys", "waku"};
// Two of a reporter's own, one that adds up over the reporters.
const std::vector<std::string> kNames = {"a_total", "g", "status_rpc_duration_seconds"};

struct Key {
  std::string name, module, x;
  auto operator<=>(const Key&) const = default;
};
using Figures = std::map<Key, double>;

Snapshot snapshot_of(const Figures& figures) {
  Snapshot snapshot;
  for (const auto& [key, value] : figures) {
    Family family{key.name, "Help.", key.name == "g" ? Kind::gauge : Kind::counter, {}, {}};
    Sample sample;
    sample.labels = {{"module", key.module}, {"x", key.x}};
    sample.value = value;
    family.samples.push_back(sample);
    snapshot.push_back(family);
  }
  return snapshot;
}

Figures figures_of(const std::string& page) {
  Figures out;
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t brace = line.find('{');
    const std::string name = line.substr(0, brace);
    if (std::ranges::find(kNames, name) == kNames.end()) continue;
    const auto label = [&](const std::string& label_name) {
      const std::size_t begin = line.find(label_name + "=\"") + label_name.size() + 2;
      return line.substr(begin, line.find('"', begin) - begin);
    };
    const auto [place, fresh] =
        out.emplace(Key{name, label("module"), label("x")}, std::stod(line.substr(line.rfind(' '))));
    EXPECT_TRUE(fresh) << line << " is there twice";
  }
  return out;
}

class Model {
 public:
  explicit Model(std::mt19937& chance) : chance_(chance) {}

  // Some of the module's figures have grown, and some are new.
  Figures& grow(const std::string& module) {
    Figures& now = modules_[module].current;
    for (unsigned i = 0; i < 4; ++i) {
      const std::string& name = kNames[chance_() % kNames.size()];
      const bool of_others = name == kNames[2];
      Key key{name, of_others ? kModules[chance_() % kModules.size()] : module, std::to_string(chance_() % 5)};
      now[key] += static_cast<double>(chance_() % 100);
    }
    return now;
  }

  void end(const std::string& module) {
    Of& of = modules_[module];
    for (const auto& [key, value] : std::exchange(of.current, {})) {
      if (key.name != "g") of.ended[key] += value;
    }
  }

  Figures shown() const {
    Figures sums;
    for (const auto& [name, of] : modules_) {
      for (const Figures* part : {&of.ended, &of.current}) {
        for (const auto& [key, value] : *part) sums[key] += value;
      }
    }
    return sums;
  }

 private:
  struct Of {
    Figures current, ended;
  };
  std::mt19937& chance_;
  std::map<std::string, Of> modules_;
};

TEST(ExpositionModel, PagesAreWhatTheModelSays) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 chance(seed);
  FakeClock clock;
  Model model(chance);
  Exposition exposition;
  std::map<std::string, std::uint64_t> generations;
  for (const std::string& module : kModules) exposition.set_row({module, "team", "ready"});
  for (int round = 0; round < kRounds; ++round) {
    const std::string& module = kModules[chance() % kModules.size()];
    std::uint64_t& generation = generations[module];
    switch (chance() % 4) {
      case 0:
        model.end(module);
        exposition.ended(module, generation++);
        break;
      case 1: {
        Exposition next;
        ASSERT_TRUE(next.restore(exposition.state()));
        for (const std::string& name : kModules) next.set_row({name, "team", "ready"});
        exposition = std::move(next);
        break;
      }
      default:
        exposition.update(module, generation, snapshot_of(model.grow(module)), clock.monotonic());
    }
    ASSERT_EQ(figures_of(exposition.text(clock.monotonic())), model.shown()) << "round " << round;
  }
}

}  // namespace
}  // namespace status::metrics
