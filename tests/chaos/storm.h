// kill -9 over all processes of two nodes but statusd, under load in both directions.
//
// The kills come in volleys of one to four, some messages and milliseconds apart: a victim may still be starting, and every tenth time two
// die at once. After a volley all of it has to come back and a message has to be acknowledged in each direction. Budget
// and backoff are set to 0, so that the storm measures restarts and not the policy, which has its own exact test.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tests/chaos/aftermath.h"
#include "tests/chaos/bystander.h"
#include "tests/chaos/steadiness.h"
#include "tests/chaos/timeline.h"
#include "tests/chaos/writer.h"
#include "tests/support/process_node.h"

namespace status::chaos {

struct StormPlan {
  std::size_t kills = 0;
  std::size_t writers = 2;  // of both nodes together
  // Of all clients together, for each kill, at least; 0: kills come as fast as they can.
  std::size_t messages_a_kill = 0;
  std::size_t calm_calls = 0;  // of each bystander before the first kill
  std::uint64_t seed = 0;
  std::function<bool()> has_time = [] { return true; };  // asked between volleys
};

// What must be 0, and what is to be judged over all storms of a proof.
struct StormReport {
  std::size_t kills = 0;
  std::uint64_t acknowledged = 0;
  std::uint64_t lost = 0;          // acknowledged and not there, at either end
  std::uint64_t doubled = 0;       // at either end, or announced twice
  std::uint64_t unaccounted = 0;   // in the end some module still has to go on with it, or its peer has not been heard
  std::uint64_t lost_records = 0;  // steps overwritten before custody had read them, at the last gateways
  std::uint64_t overdue = 0;       // stood at one module for over 30 s meanwhile: each place is told
  std::uint64_t unexplained = 0;   // all other violations of the history, and differences between the two ends
  std::uint64_t strays = 0;        // orphans and zombies
  std::uint64_t failures = 0;      // calls to processes that were not killed
  std::uint64_t troubles = 0;      // anything else that must not be: each is told
  std::vector<double> back_ms, born_ms, told_ms;  // aftermath.h
  std::vector<double> slowdown;                   // Bystander::slowdown
  double descriptors_percent = 0;                 // growth of the worse statusd
  double memory_percent = 0;
};

class Storm {
 public:
  explicit Storm(StormPlan plan) : plan_(std::move(plan)), random_(plan_.seed) {}

  StormReport run();

 private:
  // One of the two nodes, with what goes on at it.
  struct Place {
    explicit Place(std::string its_name) : name(std::move(its_name)) {}

    const std::string name;
    test::ProcessNode node{{.settings = test::without_backoff()}};
    std::vector<std::unique_ptr<Writer>> writers;
    std::unique_ptr<Bystander> bystander;
    std::vector<Kill> kills;
    History history;                          // of what was appended here
    std::vector<double> descriptors, memory;  // of statusd, after each volley

    std::size_t kills_of(const std::string& module) const;
    bool killed(const test::Row& row) const;
  };
  struct Victim {
    Place* place;
    std::string module;
    test::ProcessHandle process;
  };

  // storm.cpp: what happens.
  bool prepare();
  bool begin();
  bool volley();
  bool reach(std::size_t messages);
  bool strike(std::size_t count);
  bool recover();
  void look_at_statusd();
  std::uint64_t draw(std::uint64_t below) { return random_() % below; }

  // storm_checks.cpp: what came of it.
  void judge();
  bool settle(Place& from);
  void check_history(Place& from, Place& at);
  void check_custody(Place& place);
  void check_restarts();
  void check_times();
  void check_bystanders();
  void check_steadiness();
  void tidy();

  // Of what must not be; false.
  bool say(const std::string& trouble);
  bool say(const Error& error) { return say(error.describe()); }

  const StormPlan plan_;
  std::mt19937_64 random_;
  Timeline timeline_;
  std::atomic<int> gateways_away_ = 0;
  Place a_{"A"};
  Place b_{"B"};
  const std::array<Place*, 2> places_{&a_, &b_};
  test::Conversation conversation_;
  std::size_t strikes_ = 0;
  std::size_t pairs_ = 0;
  StormReport report_;
};

}  // namespace status::chaos
