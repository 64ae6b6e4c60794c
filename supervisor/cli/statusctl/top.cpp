// statusctl top: what every module is doing, live on a terminal; once, as JSON, elsewhere.
#include <algorithm>
#include <map>

#include "supervisor/cli/statusctl/commands.h"
#include "supervisor/cli/statusctl/exit_codes.h"
#include "supervisor/cli/statusctl/live_terminal.h"
#include "supervisor/cli/statusctl/output.h"
#include "supervisor/cli/statusctl/top_table.h"

namespace status::cli {
namespace {

constexpr std::chrono::milliseconds kPeriod{1'000};
constexpr const char* kKeys =
    "n name  r rate  e errors  l latency  m memory  c cpu  s restarts   up/down choose  enter open  escape back  q "
    "quit";

const std::map<char, TopOrder> kOrders = {{'n', TopOrder::name},    {'r', TopOrder::rate},   {'e', TopOrder::errors},
                                          {'l', TopOrder::latency}, {'m', TopOrder::memory}, {'c', TopOrder::cpu},
                                          {'s', TopOrder::restarts}};

// What is shown, and what keys change of it.
class View {
 public:
  explicit View(Session& session) : session_(session) {}

  std::string text() {
    const Result<Value> reply = session_.read("supervisor.top", Value(Value::Map{}));
    if (!reply) return "The node does not answer: " + reply.error().message + "\n\n" + kKeys + "\n";
    rows_ = ordered(*reply, order_);
    return top_table(rows_, chosen_row()) + "\n" + (opened_.empty() ? "" : details()) + kKeys + "\n";
  }

  void press(const KeyPress& press) {
    if (press.key == Key::up) choose(chosen_row() - 1);
    if (press.key == Key::down) choose(chosen_row() + 1);
    if (press.key == Key::enter && !rows_.empty()) opened_ = name_of(rows_[chosen_row()]);
    if (press.key == Key::escape) opened_.clear();
    const auto order = kOrders.find(press.letter);
    if (press.key == Key::other && order != kOrders.end()) order_ = order->second;
  }

 private:
  static std::string name_of(const Value& row) { return row.string_or("module", ""); }
  // Rows change places while somebody looks at them: it is the module that is chosen. The first one until then.
  std::size_t chosen_row() const {
    const auto found = std::ranges::find(rows_, chosen_, name_of);
    return found == rows_.end() ? 0 : static_cast<std::size_t>(found - rows_.begin());
  }
  void choose(std::size_t row) {
    if (row < rows_.size()) chosen_ = name_of(rows_[row]);
  }
  // The slowest of its last calls.
  std::string details() {
    const Result<Value> flight =
        session_.read("supervisor.flight",
                      Value::map({{"module", opened_}, {"since_ms", 60'000}, {"order", "slowest"}, {"limit", 12}}));
    const Value* records = flight ? flight->find("records") : nullptr;
    if (records == nullptr || records->as_array() == nullptr) return "";
    Table table({"TIME", opened_, "METHOD", "PEER", "CODE", "TOTAL", "TRACE"});
    for (const Value& record : *records->as_array()) {
      char total[32];
      std::snprintf(total, sizeof total, "%.2f ms", static_cast<double>(record.uint_or("total_ns", 0)) * 1e-6);
      table.add({clock_text(record.int_or("time_ms", 0)), record.string_or("side", ""), record.string_or("method", ""),
                 record.string_or("peer", ""), record.string_or("code", ""), total, record.string_or("trace", "")});
    }
    return table.text() + "\n";
  }

  Session& session_;
  TopOrder order_ = TopOrder::name;
  std::vector<Value> rows_;
  std::string chosen_;
  std::string opened_;
};

}  // namespace

int run_top(const Shell& shell) {
  Result<Session> session = Session::open(shell.place);
  if (!session) return report(session.error());
  if (shell.json) {
    const Result<Value> reply = session->read("supervisor.top", Value(Value::Map{}));
    if (!reply) return report(reply.error());
    print_json(*reply, shell.terminal);
    return kDone;
  }
  View view(*session);
  const LiveTerminal terminal;
  while (true) {
    terminal.draw(view.text());
    const KeyPress press = LiveTerminal::wait_key(kPeriod);
    if (press.key == Key::quit) return kDone;
    view.press(press);
  }
}

}  // namespace status::cli
