#include "ipc/control/control_line.h"

#include <gtest/gtest.h>

namespace status::ipc::control {
namespace {

Bootstrap bootstrap() {
  Bootstrap boot;
  boot.module = "chat";
  boot.generation = 18'446'744'073'709'551'615u;
  boot.run_dir = "/n/run/chat";
  boot.data_dir = "/n/profiles/default/chat";
  boot.boot_id = "00";
  boot.config = Value::map({{"a", Value::map({{"b", 1}})}});
  boot.backend = "logos";
  boot.edges.to["waku"] = {"ipc:///n/run/waku/rpc.sock", Bytes(16, 0xab)};
  boot.edges.from["gateway"] = {Bytes(32, 0x01), {"*"}};
  boot.log_level = "debug";
  boot.reexport = {"libp2p_*", "x_total"};
  return boot;
}

TEST(ControlLine, TheBootstrapSurvivesTheWay) {
  const std::string line = encode(bootstrap());
  ASSERT_EQ(line.back(), '\n');
  const auto message = decode_to_module(line);
  ASSERT_TRUE(message.has_value()) << message.error().message;
  const auto& boot = std::get<Bootstrap>(*message);
  EXPECT_EQ(boot.module, "chat");
  EXPECT_EQ(boot.generation, 18'446'744'073'709'551'615u);
  EXPECT_EQ(boot.config, Value::map({{"a", Value::map({{"b", 1}})}}));
  EXPECT_EQ(boot.edges.to.at("waku").credential, Bytes(16, 0xab));
  EXPECT_EQ(boot.edges.from.at("gateway").methods, std::vector<std::string>{"*"});
  EXPECT_EQ(boot.log_level, "debug");
  EXPECT_EQ(boot.reexport, (std::vector<std::string>{"libp2p_*", "x_total"}));
}

// The bytes that a module in any language sees.
TEST(ControlLine, TheBytes) {
  EXPECT_EQ(encode(ToModule(Ping{7})), R"({"type":"ping","n":7})"
                                       "\n");
  EXPECT_EQ(encode(ToModule(Drain{5000})), R"({"type":"drain","deadline_ms":5000})"
                                           "\n");
  Edges edges;
  edges.to["waku"] = {"u", {0x0a, 0xff}};
  EXPECT_EQ(encode(ToModule(edges)), R"({"type":"edges","to":{"waku":{"url":"u","credential":"0x0aff"}},"from":{}})"
                                     "\n");
  EXPECT_EQ(encode(FromModule(Ready{"u", "", 1, "1.0"})),
            R"({"type":"ready","url":"u","bulk_url":"","protocol":1,"interface":"1.0"})"
            "\n");
  EXPECT_EQ(encode(FromModule(Locked{true})), R"({"type":"locked","locked":true})"
                                              "\n");
}

TEST(ControlLine, EveryMessageOfAModule) {
  const auto pong = decode_from_module(encode(Pong{3, 1, 2, 4, 5, "chat.send abc"}));
  EXPECT_EQ(std::get<Pong>(*pong).oldest_overrun_ms, 5u);
  EXPECT_EQ(std::get<Pong>(*pong).oldest, "chat.send abc");
  EXPECT_EQ(std::get<Ready>(*decode_from_module(encode(Ready{.url = "u", .interface = "1.0"}))).protocol, kProtocol);
  EXPECT_EQ(std::get<Degraded>(*decode_from_module(encode(Degraded{"no peers"}))).why, "no peers");
  EXPECT_TRUE(std::holds_alternative<Stopping>(*decode_from_module(encode(Stopping{}))));
  EXPECT_EQ(std::get<Fatal>(*decode_from_module(encode(Fatal{"r", "m"}))).message, "m");
  EXPECT_TRUE(std::get<Locked>(*decode_from_module(encode(Locked{true}))).locked);
  const auto stop = std::get<Command>(*decode_from_module(encode(Command{9, "stop", "waku", "local k"})));
  EXPECT_EQ(stop.module, "waku");
  EXPECT_EQ(stop.key, "local k");
  EXPECT_EQ(std::get<Command>(*decode_from_module(encode(Command{9, "stop", "waku", ""}))).key, "");
}

TEST(ControlLine, WhatTheGatewayIsTold) {
  ModuleRow row;
  row.name = "waku";
  row.state = "backoff";
  row.requires_ = {"keys"};
  row.last_exit = LastExit{.generation = 4, .cause = "signal 9 (SIGKILL)", .time_ms = 5, .uptime_ms = 6, .asked = true};
  row.credential = Bytes(16, 1);
  row.restart_causes = {{"SIGKILL", 2}, {"asked", 1}};
  row.log_lines_dropped = 7;
  row.cpu_us = 8;
  row.run_delay_us = 9;
  const auto message = decode_to_module(encode(Modules{"boot", {row, row}}));
  ASSERT_TRUE(message.has_value()) << message.error().message;
  const ModuleRow& got = std::get<Modules>(*message).modules.at(1);
  EXPECT_EQ(got.last_exit->cause, "signal 9 (SIGKILL)");
  EXPECT_TRUE(got.last_exit->asked);
  EXPECT_EQ(to_value(got), to_value(row));
  EXPECT_EQ(std::get<ModuleChanged>(*decode_to_module(encode(ModuleChanged{row}))).row.requires_, row.requires_);
  EXPECT_EQ(got.restart_causes, row.restart_causes);
  EXPECT_EQ(got.log_lines_dropped, 7u);
  EXPECT_EQ(got.cpu_us, 8u);
  EXPECT_EQ(got.run_delay_us, 9u);
  const auto event = decode_to_module(encode(SupervisorEvent{
      .topic = "supervisor.module_state", .time_ms = 1, .generation = 2, .data = Value::map({{"k", "v"}})}));
  EXPECT_EQ(std::get<SupervisorEvent>(*event).data, Value::map({{"k", "v"}}));
  const auto sample = std::get<SupervisorSample>(*decode_to_module(encode(SupervisorSample{1, 2, 3, 4})));
  EXPECT_EQ(sample.started_ms, 1);
  EXPECT_EQ(sample.loop_lag_us, 2u);
  EXPECT_EQ(sample.cpu_us, 3u);
  EXPECT_EQ(sample.anonymous_bytes, 4u);
  const auto result =
      decode_to_module(encode(CommandResult{5, make_error(Code::not_found, "supervisor.no_module", "m")}));
  EXPECT_EQ(std::get<CommandResult>(*result).error->code, Code::not_found);
  EXPECT_EQ(std::get<CommandResult>(*decode_to_module(encode(CommandResult{6, std::nullopt}))).error, std::nullopt);
}

TEST(ControlLine, AnUnknownTypeIsNoError) {
  EXPECT_EQ(std::get<Unknown>(*decode_from_module(R"({"type":"sing"})")).type, "sing");
  EXPECT_EQ(std::get<Unknown>(*decode_to_module(R"({"type":"dance"})")).type, "dance");
}

TEST(ControlLine, UnknownKeysAreIgnored) {
  EXPECT_EQ(std::get<Ping>(*decode_to_module(R"({"type":"ping","n":1,"later":{}})")).n, 1u);
}

TEST(ControlLine, ABrokenMessageNamesTheKey) {
  EXPECT_EQ(decode_to_module(R"({"type":"ping"})").error().message,
            "ping: `n` must be an integer that is not negative");
  EXPECT_EQ(decode_to_module(R"({"type":"ping","n":-1})").error().message,
            "ping: `n` must be an integer that is not negative");
  EXPECT_EQ(decode_from_module(R"({"type":"locked","locked":1})").error().message,
            "locked: `locked` must be true or false");
  for (const char* line : {"", "[]", "{}", "{\"type\":5}", "nonsense", "{\"type\":\"ping\",\"n\":1"}) {
    EXPECT_FALSE(decode_to_module(line).has_value()) << line;
  }
  EXPECT_THAT(decode_to_module(R"({"type":"edges","to":{"waku":{"url":"u","credential":"xyz"}}})").error().message,
              testing::StartsWith("edges.to.waku: `credential`"));
}

}  // namespace
}  // namespace status::ipc::control
