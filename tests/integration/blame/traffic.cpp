#include "tests/integration/blame/traffic.h"

namespace status::test {

Traffic::Traffic(Node& node, const std::vector<Work>& works, std::chrono::milliseconds pause) {
  for (const Work& work : works) {
    auto front = std::shared_ptr<FrontDoor>(node.open_front());
    threads_.emplace_back([this, front, work, pause] {
      while (!over_) {
        (void)front->call(work.method, work.params);
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
                                            {"keys.status", "queue"},
                                            {"keys.status", "handler"}};
  return places;
}

}  // namespace status::test
