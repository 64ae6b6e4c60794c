// What open pages show while it happens: one event stream for each, of two kinds of messages. Figures (`top`, `modules`
// …) are asked for once for all viewers, now and then, while there are any; who is slow gets the newest ones alone.
// Events of the supervisor come in order, read for each viewer from where that one is, and `id` is the cursor behind
// them: a page that was cut off goes on from there. Nothing is kept for a viewer but what it is being sent, and one that
// takes nothing for HttpEndpoint::kTimeout is dropped. Office thread.
//
//   event: top      data: as supervisor.top answers; so `modules`, `blame`, `custody`, `faults`
//   event: events   data: as supervisor.events.next answers, without topics of modules
#pragma once

#include <array>
#include <list>
#include <memory>
#include <string>

#include "supervisor/gateway/dashboard/front_caller.h"
#include "supervisor/gateway/http/call.h"
#include "supervisor/gateway/office.h"

namespace status::gateway {

class LiveFeed {
 public:
  static constexpr std::size_t kMaxViewers = 8;
  static constexpr std::chrono::seconds kBeat{1};  // so often there is a message, if only a comment

  // Both outlive the office's thread, as this does.
  LiveFeed(Office& office, FrontCaller& front);

  // 503 when there are too many. Where to begin: the field Last-Event-ID, or `after` of the query; else with what the
  // stream has kept.
  void add(std::shared_ptr<HttpCall> call);

 private:
  static constexpr std::size_t kFigures = 5;
  using Text = std::shared_ptr<const std::string>;
  struct Figure {
    Text text;
    bool asked = false;
    bool again = false;  // something happened while it was asked for
  };
  struct Viewer {
    std::shared_ptr<HttpStream> stream;
    std::string cursor;
    Text events;                      // read and not yet sent
    std::array<Text, kFigures> sent;  // of each figure; one that is as it was is not sent again
    bool writing = false;
    bool polling = false;
    bool wrote = false;  // since the last beat
    ipc::CallHandle poll;
  };
  using Viewers = std::list<std::shared_ptr<Viewer>>;

  void beat();
  void ask(std::size_t figure);
  void take_figure(std::size_t figure, Text text);
  void poll(const std::shared_ptr<Viewer>& viewer);
  void take_page(const std::shared_ptr<Viewer>& viewer, const Result<Value>& page);
  void send_next(const std::shared_ptr<Viewer>& viewer);
  void send(const std::shared_ptr<Viewer>& viewer, Text text);
  void drop(const std::shared_ptr<Viewer>& viewer);

  FrontCaller& front_;
  Viewers viewers_;
  std::array<Figure, kFigures> figures_;
  std::uint64_t beats_ = 0;
};

}  // namespace status::gateway
