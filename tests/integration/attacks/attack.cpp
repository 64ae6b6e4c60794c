#include "tests/integration/attacks/attack.h"

#include <iostream>

#include "ipc/base/codec.h"
#include "metrics/snapshot.h"
#include "tests/chaos/steadiness.h"

namespace status::test {

void Attack::start(std::vector<std::string> settings) {
  if (!node_) node_.emplace(std::move(settings));
  const Status started = node_->start();
  ASSERT_TRUE(started) << started.error().describe();
  neighbour_.emplace(node(), "echo_b.who");
  these_are_the_processes();
  neighbour_->attack_begins();
}

void Attack::TearDown() {
  if (!neighbour_) return;
  neighbour_->finish();
  std::cout << "p99 of another client's calls: " << neighbour_->calm_p99_ms() << " ms before, "
            << neighbour_->attacked_p99_ms() << " ms during the attack\n";
  EXPECT_THAT(neighbour_->failures(), testing::IsEmpty());
  if (!kSanitized) {
    EXPECT_LE(neighbour_->attacked_p99_ms(), kUnaffectedMs);
  }
  EXPECT_EQ(incarnations(), before_) << "no process had to be restarted";
  attackers_.clear();
  neighbour_.reset();
  EXPECT_TRUE(node().stop());
  if (HasFailure()) std::cerr << node().report();
}

std::vector<Attack::Incarnation> Attack::incarnations() {
  std::vector<Incarnation> out = {{"statusd", node().statusd().statusd().pid(), 0}};
  const auto rows = node().rows();
  EXPECT_TRUE(rows) << rows.error().describe();
  for (const Row& row : rows.value_or(std::vector<Row>())) out.push_back({row.name, row.pid, row.generation});
  return out;
}

std::string Attack::token_text() { return to_hex(token()); }

std::string Attack::verdict(const std::optional<ipc::Credential>& credential, std::string_view method) {
  return verdict_at("gateway", credential, method);
}

std::string Attack::verdict_at(const std::string& module, const std::optional<ipc::Credential>& credential,
                               std::string_view method) {
  // One connection for all: the node sees their ends later than they come, and takes 16 of a process.
  const auto known = clients_.find(module);
  if (known != clients_.end() && known->second.closed(milliseconds(0))) clients_.erase(known);
  RawClient& client = clients_.try_emplace(module, socket_of(module)).first->second;
  client.write(framed(request(method, credential)));
  return client.verdict(kPatience);
}

double Attack::refusals(const std::string& process, const std::string& reason) {
  const std::string module = process == "gateway" ? "supervisor" : process;
  const auto reply = node().front().call(module + "._sys.metrics");
  const auto snapshot = reply ? metrics::decode(*reply) : fail(reply.error());
  EXPECT_TRUE(snapshot) << process;
  for (const metrics::Family& family : snapshot.value_or(metrics::Snapshot())) {
    if (family.name != "status_rpc_rejects_total") continue;
    for (const metrics::Sample& sample : family.samples) {
      if (testing::Value(sample.labels, testing::Contains(testing::Pair("reason", reason)))) return sample.value;
    }
  }
  return 0;
}

int Attack::said(const std::string& process, const std::string& reason) {
  const auto count = [&] {
    const std::string log = read_file(node().data_dir() + "/logs/" + process + ".log");
    const std::string wanted = "\"reason\":\"" + reason + "\"";
    int found = 0;
    for (auto at = log.find(wanted); at != std::string::npos; at = log.find(wanted, at + 1)) ++found;
    return found;
  };
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (count() == 0 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  return count();
}

ChildProcess& Attack::attack(std::vector<std::string> words) {
  words.insert(words.begin(), binary("attacker"));
  return *attackers_.emplace_back(std::make_unique<ChildProcess>(words));
}

std::string Attack::first_line(ChildProcess& attacker) {
  return attacker.wait_for_line("", 3 * kPatience).value_or("nothing: " + attacker.output());
}

double Attack::kib_of(const std::string& module) {
  const auto row = node().row(module);
  return row ? chaos::anonymous_kib_of(static_cast<pid_t>(row->pid)).value_or(0) : 0;
}

}  // namespace status::test
