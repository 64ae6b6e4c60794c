#include "tests/integration/blame/blamed.h"

#include "tests/bench/figures.h"

namespace status::test {

void Blamed::SetUp() {
  const Status started = node_.start();
  ASSERT_TRUE(started) << started.error().describe();
}

Outcome Blamed::run(std::vector<std::string> words) {
  words.insert(words.begin(), {"--data-dir", node_.data_dir()});
  return statusctl(std::move(words));
}

Value Blamed::first_row() {
  const Value reply = run({"blame", "--since", "5s", "--json"}).json();
  const Value* rows = reply.find("rows");
  return rows == nullptr || rows->as_array() == nullptr || rows->as_array()->empty() ? Value()
                                                                                     : rows->as_array()->front();
}

double Blamed::seconds_until(const std::function<bool(const Value& row)>& wanted, Value& row,
                             std::chrono::seconds within) {
  const auto begin = bench::Clock::now();
  while (bench::Clock::now() < begin + within) {
    row = first_row();
    if (wanted(row)) return bench::ms_since(begin) / 1'000;
  }
  return -1;
}

}  // namespace status::test
