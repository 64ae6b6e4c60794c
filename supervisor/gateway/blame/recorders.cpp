#include "supervisor/gateway/blame/recorders.h"

#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>
#include <utility>

namespace status::gateway {

using metrics::flight::Reader;

namespace {

struct Arrival {
  std::string text;  // "<module> <generation>"
  UniqueFd file;
};

std::optional<Arrival> receive(int line) {
  char text[128];
  iovec part{text, sizeof text};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  const ssize_t got = ::recvmsg(line, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (got <= 0) return std::nullopt;
  Arrival arrival{std::string(text, static_cast<std::size_t>(got)), {}};
  const cmsghdr* header = CMSG_FIRSTHDR(&message);
  if (header != nullptr && header->cmsg_type == SCM_RIGHTS && header->cmsg_len == CMSG_LEN(sizeof(int))) {
    int file = -1;
    std::memcpy(&file, CMSG_DATA(header), sizeof file);
    arrival.file.reset(file);
  }
  return arrival;
}

}  // namespace

void Recorders::take_in() {
  if (!line_) return;
  while (std::optional<Arrival> arrival = receive(line_.get())) {
    const std::size_t space = arrival->text.find(' ');
    std::uint64_t generation = 0;
    if (space == std::string::npos || !arrival->file) continue;
    const char* end = arrival->text.data() + arrival->text.size();
    if (std::from_chars(arrival->text.data() + space + 1, end, generation).ec != std::errc()) continue;
    auto reader = Reader::map(arrival->file.get());
    if (!reader) continue;
    Incarnations& known = modules_[arrival->text.substr(0, space)];
    if (!known.empty() && known.front().generation == generation) continue;  // told again
    known.push_front({generation, std::move(*reader), {}});
  }
}

void Recorders::read_new(std::string_view module, const News& news) {
  std::vector<NewStep> steps;
  std::vector<std::pair<const std::string*, Reader::Marks>> lost;
  for (auto& [name, known] : modules_) {
    if (!module.empty() && name != module) continue;
    // Nobody goes on writing what one that has ended was writing.
    for (auto each = known.rbegin(); each != known.rend(); ++each) {
      const auto unfinished = &*each == &known.front() ? Reader::Unfinished::wait : Reader::Unfinished::skip;
      const Reader::Marks missed = read_new(name, *each, unfinished, news.calls, steps);
      if (missed != Reader::Marks{}) lost.emplace_back(&name, missed);
    }
    if (known.size() > 2) known.resize(2);
  }
  std::ranges::stable_sort(steps, {}, [](const NewStep& step) { return step.record.at_ns; });
  for (const NewStep& step : steps) news.steps(*step.module, step.generation, step.record);
  for (const auto& [name, missed] : lost) news.lost(*name, missed);
}

Reader::Marks Recorders::read_new(const std::string& module, Incarnation& incarnation, Reader::Unfinished unfinished,
                                  const Calls& calls, std::vector<NewStep>& steps) const {
  const std::size_t before = steps.size();
  const Reader::Reading reading = incarnation.reader->read(
      incarnation.read, unfinished,
      [&](const metrics::flight::Record& record) { calls(module, incarnation.generation, record); },
      [&](const metrics::flight::StepRecord& record) {
        steps.push_back({&module, incarnation.generation, record});
      });
  const bool is_first = incarnation.read == Reader::Marks{};
  incarnation.read = reading.upto;
  if (!is_first) return reading.missed;
  // The first reading finds what was recorded before there was this gateway, and that may have been overwritten.
  const bool is_all_ours = before < steps.size() && steps[before].record.at_ns > began_ns_;
  return {0, is_all_ours ? reading.missed.steps : 0};
}

void Recorders::read_all(std::string_view module, const Calls& calls, const Steps& steps) const {
  for (const auto& [name, known] : modules_) {
    if (!module.empty() && name != module) continue;
    for (auto each = known.rbegin(); each != known.rend(); ++each) {
      each->reader->read(
          {}, Reader::Unfinished::skip,
          [&](const metrics::flight::Record& record) { calls(name, each->generation, record); },
          [&](const metrics::flight::StepRecord& record) { steps(name, each->generation, record); });
    }
  }
}

}  // namespace status::gateway
