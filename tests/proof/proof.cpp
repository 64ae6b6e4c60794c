#include "tests/proof/proof.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <memory>
#include <random>

#include "ipc/base/codec.h"
#include "tests/support/temp_dir.h"

namespace status::proof {
namespace {

// What `git ARGUMENTS` prints in the repository, without the line feed; empty when it fails. Also for a user who does
// not own the checkout.
std::string git(const std::string& arguments) {
  const std::string command = "git -c safe.directory='*' -C '" STATUS_SOURCE_DIR "' " + arguments + " 2>/dev/null";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
  std::string out;
  std::array<char, 256> chunk;
  while (pipe && std::fgets(chunk.data(), chunk.size(), pipe.get()) != nullptr) out += chunk.data();
  while (out.ends_with('\n')) out.pop_back();
  return out;
}

// A tree with changes that are not committed is no commit: nobody can look at it again.
std::string commit_of_this_tree() {
  const std::string commit = git("rev-parse HEAD");
  return git("status --porcelain --untracked-files=no").empty() ? commit : commit + "+changes";
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  std::array<char, 32> text;
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", ::gmtime_r(&now, &parts))};
}

// Whole or not at all.
void replace_file(const std::string& path, const std::string& text) {
  test::write_file(path + ".new", text);
  std::filesystem::rename(path + ".new", path);
}

}  // namespace

Proof::Proof(std::string name, std::string unit, std::uint64_t total)
    : name_(std::move(name)), unit_(std::move(unit)), total_(total), seed_(std::random_device{}()) {}

std::optional<int> Proof::begin(int argc, char** argv, const std::vector<Option>& more) {
  program_ = std::filesystem::path(argv[0]).filename();
  if (const auto leave = parse(argc, argv, more)) return leave;
  started_ = utc_now();
  if (!directory_.empty()) {
    commit_ = commit_of_this_tree();
    resume();
  }
  std::printf("%s --%s %llu --seed %llu\n", program_.c_str(), unit_.c_str(), static_cast<unsigned long long>(total_),
              static_cast<unsigned long long>(seed_));
  if (done_ > 0) {
    std::printf("going on after %llu %s\n", static_cast<unsigned long long>(done_), unit_.c_str());
  }
  std::fflush(stdout);
  return std::nullopt;
}

std::optional<int> Proof::parse(int argc, char** argv, const std::vector<Option>& more) {
  for (int i = 1; i < argc; ++i) {
    const std::string option = argv[i];
    if (option == "--help") return usage(more, kPassed);
    if (option == "--anew") {
      anew_ = true;
      continue;
    }
    if (i + 1 == argc) return usage(more, kUsage);
    const char* text = argv[++i];
    if (option == "--proof" || option == "--as") {
      (option == "--as" ? name_ : directory_) = text;
      continue;
    }
    std::uint64_t* value = option == "--" + unit_  ? &total_
                           : option == "--seed"    ? &seed_
                           : option == "--minutes" ? &minutes_
                                                   : nullptr;
    for (const Option& own : more) {
      if (option == "--" + own.name) value = &own.value;
    }
    char* end = nullptr;
    if (value == nullptr || *text == '\0' || *text == '-') return usage(more, kUsage);
    *value = std::strtoull(text, &end, 10);
    if (*end != '\0') return usage(more, kUsage);
    seed_given_ = seed_given_ || value == &seed_;
  }
  return std::nullopt;
}

int Proof::usage(const std::vector<Option>& more, int code) const {
  std::printf("Usage: %s [OPTION N]...\n  --%-10s how many (%llu)\n", program_.c_str(), unit_.c_str(),
              static_cast<unsigned long long>(total_));
  for (const Option& own : more) {
    std::printf("  --%-10s %s (%llu)\n", own.name.c_str(), own.meaning.c_str(),
                static_cast<unsigned long long>(own.value));
  }
  std::printf(
      "  --seed       of what is random (another each time)\n"
      "  --proof      directory to keep the state and the result in: an interrupted proof is gone on with\n"
      "  --as         name of the result\n"
      "  --minutes    with --proof: stop after so many, to be continued (%llu)\n"
      "  --anew       with --proof: forget what an interrupted run has left\n"
      "Exit codes: 0 passed, 1 failed, 2 usage, 3 to be continued.\n",
      static_cast<unsigned long long>(minutes_));
  return code;
}

bool Proof::has_time() const {
  return directory_.empty() || bench::ms_since(began_) < static_cast<double>(minutes_) * 60'000;
}

std::uint64_t Proof::counted(const std::string& name) const {
  const auto found = counts_.find(name);
  return found == counts_.end() ? 0 : found->second;
}

void Proof::collect(const std::string& name, const std::vector<double>& more) {
  std::vector<double>& all = samples_[name];
  all.insert(all.end(), more.begin(), more.end());
}

Value Proof::head() const {
  return Value::map({{"name", name_},
                     {"commit", commit_},
                     {"seed", seed_},
                     {"started", started_},
                     {"unit", unit_},
                     {"total", total_},
                     {"done", done_}});
}

void Proof::resume() {
  const auto state = parse_json(test::read_file(path(".state.json")));
  if (anew_ || !state || state->string_or("commit", "") != commit_ || state->uint_or("total", 0) != total_) return;
  if (seed_given_ && state->uint_or("seed", 0) != seed_) return;
  seed_ = state->uint_or("seed", 0);
  done_ = state->uint_or("done", 0);
  started_ = state->string_or("started", "");
  seconds_before_ = static_cast<double>(state->uint_or("seconds", 0));
  if (const Value* counts = state->find("counts"); counts != nullptr && counts->as_map() != nullptr) {
    for (const auto& [name, value] : *counts->as_map()) counts_[name] = value.as_uint64().value_or(0);
  }
  if (const Value* samples = state->find("samples"); samples != nullptr && samples->as_map() != nullptr) {
    for (const auto& [name, list] : *samples->as_map()) {
      for (const Value& value : *list.as_array()) samples_[name].push_back(*value.as_double());
    }
  }
}

void Proof::advance(std::uint64_t units) {
  done_ += std::min(units, left());
  if (!directory_.empty()) save();
}

void Proof::save() const {
  Value state = head();
  state.set("seconds", static_cast<std::uint64_t>(seconds()));
  Value::Map counts, samples;
  for (const auto& [name, value] : counts_) counts.emplace_back(name, value);
  for (const auto& [name, values] : samples_) samples.emplace_back(name, Value::Array(values.begin(), values.end()));
  state.set("counts", std::move(counts));
  state.set("samples", std::move(samples));
  replace_file(path(".state.json"), to_json(state));
}

int Proof::finish(const std::vector<Figure>& figures) {
  const bool passed = bench::print_table(figures);
  std::printf("seed %llu, %.0f s\n", static_cast<unsigned long long>(seed_), seconds());
  if (passed && left() > 0) {
    std::printf("%llu of %llu %s: to be continued\n", static_cast<unsigned long long>(done_),
                static_cast<unsigned long long>(total_), unit_.c_str());
    return kToBeContinued;
  }
  if (!directory_.empty()) {
    Value result = head();
    result.set("seconds", static_cast<std::uint64_t>(seconds()));
    result.set("figures", bench::to_value(figures));
    result.set("verdict", passed ? "passed" : "failed");
    replace_file(path(".json"), to_json(result, true) + "\n");
    std::filesystem::remove(path(".state.json"));
  }
  std::puts(passed ? "PASS" : "FAIL");
  return passed ? kPassed : kFailed;
}

}  // namespace status::proof
