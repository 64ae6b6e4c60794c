// The frame of a proof: a long check that prints its figures and its seed, that may be run in pieces, and that leaves
// <name>.json behind for tests/proof-status. One thread.
//
//   Proof proof("kill_storm", "kills", 300);
//   if (const auto leave = proof.begin(argc, argv)) return *leave;
//   while (proof.left() > 0 && proof.has_time()) {
//     const Piece piece = strike(proof.piece_seed());
//     proof.count("lost", piece.lost);
//     proof.collect("back_ms", piece.back_ms);
//     proof.advance(piece.kills);
//   }
//   return proof.finish({{"lost", "", static_cast<double>(proof.counted("lost")), 0}});
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/bench/figures.h"

namespace status::proof {

using bench::Figure;

// A number that the command line may set besides those that every proof has: "--writers 4".
struct Option {
  std::string name;
  std::uint64_t& value;
  std::string meaning;
};

class Proof {
 public:
  // What `finish` and `begin` return to the shell.
  static constexpr int kPassed = 0, kFailed = 1, kUsage = 2, kToBeContinued = 3;

  // `name`, unless --as says another: a program may prove several things, each with options of its own (tests/proof/list).
  // `unit` is what `total` counts, and the option that changes it: "kills".
  Proof(std::string name, std::string unit, std::uint64_t total);

  // Reads the command line, and with --proof DIRECTORY what an interrupted run has left there, if it was of the same
  // commit, total and seed. An exit code when there is nothing to run.
  std::optional<int> begin(int argc, char** argv, const std::vector<Option>& more = {});

  std::uint64_t total() const { return total_; }
  std::uint64_t left() const { return total_ - done_; }
  // False once --minutes are over. Without --proof there is always time.
  bool has_time() const;
  // For what is random in the next piece. A run that was not interrupted begins with the seed itself.
  std::uint64_t piece_seed() const { return seed_ + done_; }
  std::uint64_t seed() const { return seed_; }

  // Sums and samples over all pieces; kept on disk by the next `advance`.
  void count(const std::string& name, std::uint64_t more) { counts_[name] += more; }
  std::uint64_t counted(const std::string& name) const;
  void collect(const std::string& name, const std::vector<double>& more);
  const std::vector<double>& collected(const std::string& name) { return samples_[name]; }

  // Whether there is a file for the result: a proof, and no test.
  bool kept() const { return !directory_.empty(); }

  // A piece is over: an interrupted run goes on from here.
  void advance(std::uint64_t units);

  // Prints the figures, writes <name>.json once all is done or something is missed, and says how it ended.
  int finish(const std::vector<Figure>& figures);

 private:
  std::optional<int> parse(int argc, char** argv, const std::vector<Option>& more);
  int usage(const std::vector<Option>& more, int code) const;
  std::string path(const std::string& suffix) const { return directory_ + "/" + name_ + suffix; }
  // What identifies this run, for both files.
  Value head() const;
  void resume();
  void save() const;
  double seconds() const { return seconds_before_ + bench::ms_since(began_) / 1'000; }

  std::string name_;
  const std::string unit_;
  std::string program_;
  std::uint64_t total_;
  std::uint64_t seed_;
  bool seed_given_ = false;
  bool anew_ = false;
  std::uint64_t minutes_ = 25;
  std::string directory_;  // empty: nothing is kept
  std::string commit_;
  std::string started_;
  bench::Clock::time_point began_ = bench::Clock::now();
  double seconds_before_ = 0;  // of the pieces of earlier runs
  std::uint64_t done_ = 0;
  std::map<std::string, std::uint64_t> counts_;
  std::map<std::string, std::vector<double>> samples_;
};

}  // namespace status::proof
