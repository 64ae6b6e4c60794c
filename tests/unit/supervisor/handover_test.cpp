#include "supervisor/statusd/handover.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

namespace status::supervisor {
namespace {

using std::chrono::milliseconds;

MonotonicTime at(int ms) { return MonotonicTime(milliseconds(ms)); }

Handover full() {
  Handover out{.version = "1.2", .boot_id = "abc", .lock = 10, .run_lock = 11, .event_ring = 12, .recorder_line = 13};
  out.last_event = 7;
  out.command = 3;
  out.edges.push_back({"chat", "waku", {1, 2, 0, 255}, {"waku.send", "waku.info"}});
  out.events.push_back({7, "supervisor.module_state", 1'000, 2, Value::map({{"module", "chat"}})});
  Handover::Module chat;
  chat.row.name = "chat";
  chat.row.state = "ready";
  chat.row.generation = 42;
  chat.row.restart_causes = {{"SIGKILL", 2}};
  chat.row.credential = {9, 9};
  chat.memory.machine.state = State::ready;
  chat.memory.machine.deadline = at(5'000);
  chat.memory.machine.ready_since = at(4'000);
  chat.memory.machine.history = {
      .restarted = true, .failed = true, .doublings = 3, .short_lives = {at(1), at(2)}, .short_count = 2};
  chat.memory.machine.over_limit = true;
  chat.memory.wanted = false;
  chat.memory.left = true;
  chat.memory.troubles = 5;
  chat.memory.trouble_why = "no answer";
  chat.memory.kill_why = "hung";
  chat.memory.why = "ready";
  chat.spawns = 4;
  chat.end = "SIGKILL";
  chat.log_tail = {"{\"a\": 1}", "two"};
  chat.process = Handover::Process{.pid = 4711,
                                   .pidfd = 20,
                                   .control = 21,
                                   .output = 22,
                                   .errors = 23,
                                   .crash = 24,
                                   .recorder = 25,
                                   .started = at(3'000),
                                   .ready = at(4'000),
                                   .fatal = ipc::control::Fatal{"r", "m"},
                                   .control_rest = "{\"type\": \"po",
                                   .output_rest = std::string("half \xff", 6),
                                   .errors_rest = ""};
  out.modules.push_back(std::move(chat));
  Handover::Module waku;
  waku.row.name = "waku";
  waku.row.state = "backoff";
  waku.memory.machine.state = State::backoff;
  out.modules.push_back(std::move(waku));
  return out;
}

TEST(HandoverFile, WhatIsWrittenIsReadBack) {
  const auto file = write_handover(full());
  ASSERT_TRUE(file.has_value()) << file.error().message;
  const auto got = read_handover(file->get());
  ASSERT_TRUE(got.has_value()) << got.error().message;
  EXPECT_EQ(got->version, "1.2");
  EXPECT_EQ(got->boot_id, "abc");
  EXPECT_EQ(got->last_event, 7u);
  EXPECT_EQ(got->command, 3u);
  ASSERT_EQ(got->edges.size(), 1u);
  EXPECT_EQ(got->edges[0].credential, (Bytes{1, 2, 0, 255}));
  EXPECT_EQ(got->edges[0].methods, (std::vector<std::string>{"waku.send", "waku.info"}));
  ASSERT_EQ(got->events.size(), 1u);
  EXPECT_EQ(got->events[0].seq, 7u);
  ASSERT_EQ(got->modules.size(), 2u);
  const Handover::Module& chat = got->modules[0];
  EXPECT_EQ(chat.row.generation, 42u);
  EXPECT_EQ(chat.row.restart_causes.at("SIGKILL"), 2u);
  EXPECT_EQ(chat.row.credential, (Bytes{9, 9}));
  const Machine& machine = chat.memory.machine;
  EXPECT_EQ(machine.state, State::ready);
  EXPECT_EQ(machine.deadline, at(5'000));
  EXPECT_EQ(machine.ready_since, at(4'000));
  EXPECT_TRUE(machine.history.restarted && machine.history.failed && machine.over_limit);
  EXPECT_EQ(machine.history.doublings, 3u);
  ASSERT_EQ(machine.history.short_count, 2u);
  EXPECT_EQ(machine.history.short_lives[1], at(2));
  EXPECT_FALSE(chat.memory.wanted);
  EXPECT_TRUE(chat.memory.left);
  EXPECT_EQ(chat.memory.troubles, 5);
  EXPECT_EQ(chat.memory.kill_why, "hung");
  EXPECT_EQ(chat.log_tail, (std::vector<std::string>{"{\"a\": 1}", "two"}));
  ASSERT_TRUE(chat.process.has_value());
  EXPECT_EQ(chat.process->pid, 4711);
  EXPECT_EQ(chat.process->started, at(3'000));
  EXPECT_EQ(chat.process->fatal->reason, "r");
  EXPECT_EQ(chat.process->control_rest, "{\"type\": \"po");
  EXPECT_EQ(chat.process->output_rest, std::string("half \xff", 6));
  EXPECT_FALSE(got->modules[1].process.has_value());
  EXPECT_EQ(got->descriptors(), (std::vector<int>{10, 11, 12, 13, 20, 21, 22, 23, 24, 25}));
}

TEST(HandoverFile, NobodyWritesToItAfterwards) {
  const auto file = write_handover(full());
  ASSERT_TRUE(file.has_value());
  EXPECT_LT(::pwrite(file->get(), "x", 1, 0), 0);
  EXPECT_NE(::ftruncate(file->get(), 0), 0);
}

Result<Handover> read_text(const std::string& text) {
  const UniqueFd file(::memfd_create("test", MFD_CLOEXEC));
  EXPECT_EQ(::write(file.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  return read_handover(file.get());
}

TEST(HandoverFile, AnotherFormatOrDamageIsRefused) {
  EXPECT_THAT(read_text(R"({"format": 2})").error().message, testing::HasSubstr("has format 2"));
  for (const char* text : {"", "{", R"({"format": 1, "modules": [{"row": "x"}]})", R"({"format": 1, "events": [1]})",
                           R"({"format": 1, "edges": [{"credential": "xyz"}]})"}) {
    EXPECT_EQ(read_text(text).error().reason, "supervisor.bad_handover") << text;
  }
}

TEST(HandoverFile, AStateWithAProcessNeedsOneAndOneWithoutHasNone) {
  Handover handover = full();
  handover.modules[0].process.reset();
  EXPECT_FALSE(read_handover(write_handover(handover)->get()).has_value());
}

}  // namespace
}  // namespace status::supervisor
