#include "tests/integration/blame/traffic.h"

namespace status::test {

std::vector<Traffic::InTurn> Traffic::each(const std::vector<Work>& works) {
  std::vector<InTurn> out;
  for (const Work& work : works) out.push_back({work});
  return out;
}

Traffic::Traffic(Node& node, const std::vector<InTurn>& front_ends, std::chrono::milliseconds pause) {
  for (const InTurn& works : front_ends) {
    auto front = std::shared_ptr<FrontDoor>(node.open_front());
    threads_.emplace_back([this, front, works, pause] {
      for (std::size_t i = 0; !over_; ++i) {
        const Work& work = works[i % works.size()];
        (void)front->call(work.method, work.params, {.deadline_ms = work.deadline_ms});
        std::this_thread::sleep_for(pause);  // the pace of a front end
      }
    });
  }
}

Traffic::~Traffic() {
  over_ = true;
  for (std::thread& thread : threads_) thread.join();
}

const std::vector<Place>& every_place() {
  static const std::vector<Place> places = {{"chat.list_conversations", "queue"},
                                            {"chat.list_conversations", "handler"},
                                            {"chat.list_conversations", "persist"},
                                            {"chat.send_message", "backend"},
                                            {"waku.info", "queue"},
                                            {"waku.info", "handler"},
                                            {"waku.info", "persist"},
                                            {"waku.info", "backend"},
                                            {"storage.space", "queue"},
                                            {"storage.space", "handler"},
                                            {"storage.space", "persist"},
                                            {"storage.space", "backend"},
                                            {"keys.status", "queue"},
                                            {"keys.status", "handler"}};
  return places;
}

}  // namespace status::test
