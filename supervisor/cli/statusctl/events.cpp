// statusctl events: the merged stream of all modules, one line each.
#include <map>

#include "ipc/api/convert.h"
#include "ipc/api/json_mapping.h"
#include "ipc/api/stream_types.h"
#include "ipc/base/codec.h"
#include "supervisor/cli/statusctl/commands.h"
#include "supervisor/cli/statusctl/output.h"

namespace status::cli {
namespace {

constexpr std::uint32_t kWaitMs = 20'000;

class EventPrinter {
 public:
  EventPrinter(Session& session, const Shell& shell) : session_(session), shell_(shell) {}

  void print(const api::StreamEvent& event) {
    const Value data = mapped(event.topic, event.data);
    if (!shell_.json) {
      std::printf("%s  %-32s %s\n", clock_text(event.time_ms).c_str(), event.topic.c_str(), to_json(data).c_str());
      return;
    }
    Value line = Value::map({{"seq", event.seq},
                             {"time_ms", event.time_ms},
                             {"topic", event.topic},
                             {"generation", event.generation},
                             {"data", data}});
    if (event.trace) line.set("trace", "0x" + to_hex(event.trace->bytes));
    std::puts(to_json(line).c_str());
  }

 private:
  Value mapped(const std::string& topic, const Value& data) {
    const std::string module = topic.substr(0, topic.find('.'));
    auto found = documents_.find(module);
    if (found == documents_.end()) {
      const Result<Value> document = session_.document(module);
      found = documents_.emplace(module, document ? *document : Value()).first;
    }
    return found->second.is_null() ? data : api::event_to_json(found->second, topic, data);
  }

  Session& session_;
  const Shell& shell_;
  std::map<std::string, Value> documents_;
};

}  // namespace

int run_events(const Shell& shell, bool follow) {
  Result<Session> session = Session::open(shell.place);
  if (!session) return report(session.error());
  EventPrinter printer(*session, shell);
  api::StreamRequest request;
  request.cursor = "0";
  request.max = 1'000;
  while (true) {
    const Result<Value> reply =
        session->read("supervisor.events.next", api::to_value(request), request.wait_ms + 10'000);
    if (!reply) return report(reply.error());
    const Result<api::StreamReply> page = api::from_value<api::StreamReply>(*reply, api::Mode::lenient);
    if (!page) return report(page.error());
    if (page->lagged != 0)
      std::fprintf(stderr, "%llu events were missed\n", static_cast<unsigned long long>(page->lagged));
    for (const api::StreamEvent& event : page->events) printer.print(event);
    std::fflush(stdout);
    if (page->events.empty() && !follow) return 0;
    if (page->events.empty() || follow) request.wait_ms = follow ? kWaitMs : 0;
    request.cursor = page->cursor;
  }
}

}  // namespace status::cli
