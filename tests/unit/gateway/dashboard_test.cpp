// The dashboard's files and its JSON door, over a raw socket.
#include <gmock/gmock.h>

#include <regex>

#include "supervisor/gateway/dashboard/access.h"
#include "supervisor/gateway/dashboard/files.h"
#include "supervisor/gateway/dashboard/json_door.h"
#include "supervisor/gateway/http/endpoint.h"
#include "tests/unit/gateway/dashboard_fixture.h"

namespace status::gateway {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

TEST_F(DashboardTest, TheFirstPageAndAllThatItNeedsAreServed) {
  start_dashboard();
  const std::string page = get("/");
  EXPECT_THAT(page, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(page, HasSubstr("Content-Type: text/html; charset=utf-8\r\n"));
  EXPECT_THAT(get("/chart.js"), HasSubstr("Content-Type: text/javascript; charset=utf-8\r\n"));
  for (const WebFile& file : web_files()) {
    EXPECT_EQ(body_of(get(std::string(file.path))), file.plain) << file.path;
    if (file.path == "/chart.js") continue;
    // Whatever these pages name is of this address.
    for (const char* elsewhere : {"http://", "https://", "//cdn", "innerHTML", "eval(", "style=\""}) {
      if (file.path == "/icon.svg") break;  // it names its dialect
      EXPECT_THAT(std::string(file.plain), Not(HasSubstr(elsewhere))) << file.path;
    }
  }
}

// A file that the build was not told of would be a page that does not start.
TEST(DashboardFiles, WhatAScriptImportsIsThere) {
  const std::regex import("from \"\\.(/[a-z_]+\\.js)\"");
  std::size_t count = 0;
  for (const WebFile& file : web_files()) {
    const std::string text(file.plain);
    for (std::sregex_iterator at(text.begin(), text.end(), import), end; at != end; ++at, ++count) {
      const std::string path = "/js" + (*at)[1].str();
      EXPECT_THAT(web_files(), Contains(testing::Field(&WebFile::path, path))) << file.path;
    }
  }
  EXPECT_GT(count, 20U);
}

TEST_F(DashboardTest, EveryAnswerForbidsWhatThePagesDoNotNeed) {
  start_dashboard();
  for (const char* path : {"/", "/metrics", "/nothing", "/api/supervisor.hello", "/api/nothing"}) {
    const std::string reply = get(path);
    EXPECT_THAT(reply, HasSubstr("Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "
                                 "img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
                                 "frame-ancestors 'none'\r\n"))
        << path;
    EXPECT_THAT(reply, HasSubstr("X-Content-Type-Options: nosniff\r\n")) << path;
    EXPECT_THAT(reply, HasSubstr("Referrer-Policy: no-referrer\r\n")) << path;
    EXPECT_THAT(reply, HasSubstr("Cross-Origin-Resource-Policy: same-origin\r\n")) << path;
    EXPECT_THAT(reply, Not(HasSubstr("Access-Control-Allow"))) << path;
  }
}

TEST_F(DashboardTest, AFileIsCompressedForWhoAsksAndNotSentTwice) {
  start_dashboard();
  const std::string compressed = get("/app.css", "Accept-Encoding: gzip, br\r\n");
  EXPECT_THAT(compressed, HasSubstr("Content-Encoding: gzip\r\n"));
  EXPECT_THAT(body_of(compressed), StartsWith("\x1f\x8b"));
  const std::size_t at = compressed.find("ETag: ") + 6;
  const std::string tag = compressed.substr(at, compressed.find('\r', at) - at);
  const std::string again = get("/app.css", "Accept-Encoding: gzip\r\nIf-None-Match: " + tag + "\r\n");
  EXPECT_THAT(again, StartsWith("HTTP/1.1 304"));
  EXPECT_EQ(body_of(again), "");
  EXPECT_THAT(get("/metrics"), HasSubstr("Cache-Control: no-store\r\n"));
}

TEST_F(DashboardTest, ShowsWhatTheMethodsSayWithoutAToken) {
  start_dashboard();
  tell(row("chat", "ready"));
  const std::string reply = get("/api/supervisor.modules");
  EXPECT_THAT(reply, HasSubstr("Content-Type: application/json\r\n"));
  const Value modules = json_of(reply);
  EXPECT_EQ(modules.find("modules")->as_array()->at(0).string_or("owner", ""), "test team");
  const Value one = json_of(get("/api/supervisor.module?q=%7B%22name%22%3A%22chat%22%7D"));
  EXPECT_EQ(one.string_or("state", ""), "ready");
  EXPECT_EQ(json_of(get("/api/supervisor.top?q={\"window_ms\":1000}")).find("rows")->as_array()->size(), 1U);
}

TEST_F(DashboardTest, AnErrorIsTheMethodsOwnWithTheNearestStatus) {
  start_dashboard();
  const std::string unknown = get("/api/supervisor.module?q={\"name\":\"caht\"}");
  EXPECT_THAT(unknown, StartsWith("HTTP/1.1 404"));
  EXPECT_EQ(json_of(unknown).find("error")->string_or("reason", ""), "supervisor.unknown_module");
  for (const char* query : {"?q={\"window_ms\":1}", "?q=[]", "?q={", "?q=%zz", "?q={\"windw_ms\":1000}"}) {
    EXPECT_THAT(get(std::string("/api/supervisor.top") + query), StartsWith("HTTP/1.1 400")) << query;
  }
}

TEST_F(DashboardTest, ShowsNothingElse) {
  start_dashboard();
  add_module("chat");
  for (const char* method : {"supervisor.events.next", "supervisor.tokens", "supervisor.create_token", "chat.seen",
                             "chat._sys.metrics", "supervisor.restart", "supervisor._sys.metrics", ""}) {
    const std::string reply = get(std::string("/api/") + method);
    EXPECT_THAT(reply, StartsWith("HTTP/1.1 404")) << method;
    EXPECT_THAT(reply, HasSubstr("is not served here")) << method;
  }
  EXPECT_THAT(supervisor_.commands(), IsEmpty());
}

// Were the list of the door wrong, the pass would not open more.
TEST_F(DashboardTest, ThePassOpensReadingAlone) {
  const DashboardAccess access(std::make_shared<ipc::CredentialAccess>(std::vector<ipc::CredentialAccess::Entry>{}),
                               random_);
  ipc::RequestHeader header;
  EXPECT_FALSE(access.identify(header));
  header.credential = access.pass();
  const auto caller = access.identify(header);
  ASSERT_TRUE(caller);
  EXPECT_EQ((*caller)->name, kDashboardCaller);
  EXPECT_TRUE((*caller)->methods.contains("supervisor.top"));
  for (const char* method : {"supervisor.restart", "supervisor.tokens", "supervisor.config_apply",
                             "supervisor.add_fault", "supervisor.upgrade", "chat.get_messages", "chat.events.next"}) {
    EXPECT_FALSE((*caller)->methods.contains(method)) << method;
  }
  header.credential->front() ^= 1;
  EXPECT_FALSE(access.identify(header));
  EXPECT_NE(DashboardAccess(nullptr, random_).pass(), access.pass()) << "drawn anew by each gateway";
}

TEST_F(DashboardTest, ActsForATokenAlone) {
  start_dashboard();
  tell(row("chat", "ready"));
  const std::string denied = post("/api/supervisor.restart", R"({"module": "chat"})", "");
  EXPECT_THAT(denied, StartsWith("HTTP/1.1 401"));
  EXPECT_THAT(denied, HasSubstr("WWW-Authenticate: Bearer\r\n"));
  for (const char* wrong : {"ffeeddccbbaa99887766554433221100", "short", "'; drop table"}) {
    EXPECT_THAT(post("/api/supervisor.restart", R"({"module": "chat"})", wrong), StartsWith("HTTP/1.1 401")) << wrong;
  }
  EXPECT_THAT(supervisor_.commands(), IsEmpty());
  EXPECT_THAT(post("/api/supervisor.restart", R"({"module": "chat"})", kToken), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(post("/api/supervisor.pause", R"({"module": "chat"})", kToken), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(supervisor_.commands(), ElementsAre("restart chat", "pause chat"));
  EXPECT_THAT(post("/api/supervisor.restart", R"({"module": "caht"})", kToken), StartsWith("HTTP/1.1 404"));
}

TEST_F(DashboardTest, ANamedTokenActsWithinItsScopeAndADenialIsCounted) {
  const UniqueFd log = start_dashboard_with_log();
  tell(row("chat", "ready"));
  const auto create = [&](const char* name, const char* method) {
    return call("supervisor.create_token", Value::map({{"name", name}, {"methods", Value::array({method})}}))
        ->string_or("token", "");
  };
  const std::string operator_token = create("operator", "supervisor.restart");
  const std::string desktop = create("desktop", "chat.*");
  EXPECT_THAT(post("/api/supervisor.restart", R"({"module": "chat"})", operator_token), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(post("/api/supervisor.pause", R"({"module": "chat"})", operator_token), StartsWith("HTTP/1.1 403"));
  EXPECT_THAT(post("/api/supervisor.restart", R"({"module": "chat"})", desktop), StartsWith("HTTP/1.1 403"));
  EXPECT_THAT(supervisor_.commands(), ElementsAre("restart chat"));
  const std::string said = test::read_file("/proc/self/fd/" + std::to_string(log.get()));
  EXPECT_THAT(said, HasSubstr(R"("caller":"token/desktop")"));
  EXPECT_THAT(said, Not(HasSubstr(desktop)));
  tell(row("gateway", "ready"));
  EXPECT_TRUE(eventually([&] {
    return get("/metrics").find("status_rpc_rejects_total{module=\"gateway\",reason=\"ipc.denied\"} 2\n") !=
           std::string::npos;
  }));
}

TEST_F(DashboardTest, ActsForItsOwnPagesAlone) {
  start_dashboard();
  tell(row("chat", "ready"));
  const std::string body = R"({"module": "chat"})";
  const std::string own = "Origin: http://localhost\r\n";
  EXPECT_THAT(post("/api/supervisor.restart", body, kToken, own), StartsWith("HTTP/1.1 200"));
  for (const char* foreign :
       {"Origin: http://attacker.example\r\n", "Origin: null\r\n", "Origin: http://localhost:1\r\n",
        "Sec-Fetch-Site: cross-site\r\n", "Sec-Fetch-Site: same-site\r\n"}) {
    EXPECT_THAT(post("/api/supervisor.restart", body, kToken, foreign), StartsWith("HTTP/1.1 403")) << foreign;
    EXPECT_THAT(get("/api/supervisor.modules", foreign), StartsWith("HTTP/1.1 403")) << foreign;
    EXPECT_THAT(get("/api/events", foreign), StartsWith("HTTP/1.1 403")) << foreign;
  }
  EXPECT_THAT(exchange(port(),
                       "POST /api/supervisor.restart HTTP/1.1\r\nHost: attacker.example\r\nConnection: close\r\n"
                       "Content-Length: 0\r\n\r\n"),
              StartsWith("HTTP/1.1 403"));
  EXPECT_THAT(supervisor_.commands(), ElementsAre("restart chat"));
}

TEST_F(DashboardTest, TakesJsonOfBoundedSize) {
  start_dashboard();
  tell(row("chat", "ready"));
  const auto with_type = [&](const std::string& type) {
    return exchange(port(),
                    "POST /api/supervisor.restart HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                    "Authorization: Bearer " +
                        std::string(kToken) + "\r\nContent-Type: " + type + "\r\nContent-Length: 2\r\n\r\n{}");
  };
  EXPECT_THAT(with_type("text/plain"), StartsWith("HTTP/1.1 415"));
  EXPECT_THAT(with_type("application/x-www-form-urlencoded"), StartsWith("HTTP/1.1 415"));
  EXPECT_THAT(with_type("Application/JSON; charset=utf-8"), StartsWith("HTTP/1.1 400")) << "`module` is missing";
  const std::string large(HttpEndpoint::kMaxBodyBytes + 1, ' ');
  EXPECT_THAT(post("/api/supervisor.restart", large, kToken), StartsWith("HTTP/1.1 413"));
  EXPECT_THAT(post("/api/supervisor.tokens", "{}", kToken), StartsWith("HTTP/1.1 404"));
  EXPECT_THAT(post("/api/events", "{}", kToken), StartsWith("HTTP/1.1 404"));
  EXPECT_THAT(post("/", "{}", kToken), StartsWith("HTTP/1.1 405"));
  EXPECT_THAT(supervisor_.commands(), IsEmpty());
}

TEST_F(DashboardTest, ReadsSoOftenASecondAndNoMore) {
  start_dashboard();
  const UniqueFd socket = connect_to(port());
  std::string seen;
  for (unsigned i = 0; i < 40 * JsonDoor::kMaxReadsPerSecond && seen.find(" 429 ") == std::string::npos; ++i) {
    ASSERT_TRUE(send_all(socket, "GET /api/supervisor.custody HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    seen += read_until(socket, "}\n");
  }
  EXPECT_THAT(seen, HasSubstr("HTTP/1.1 429 Too Many Requests"));
  EXPECT_THAT(seen, HasSubstr("HTTP/1.1 200 OK"));
  EXPECT_THAT(get("/healthz"), StartsWith("HTTP/1.1 200"));
}

TEST_F(DashboardTest, HeadHasNoBodyAndOpensNoStream) {
  start_dashboard();
  const auto head = [&](const std::string& path) {
    return exchange(port(), "HEAD " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  };
  EXPECT_THAT(head("/"), StartsWith("HTTP/1.1 200"));
  EXPECT_EQ(body_of(head("/")), "");
  EXPECT_THAT(head("/api/supervisor.hello"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(head("/api/events"), StartsWith("HTTP/1.1 404"));
}

// A connection is used again, also after an answer that came later.
TEST_F(DashboardTest, OneConnectionCarriesManyRequests) {
  start_dashboard();
  const UniqueFd socket = connect_to(port());
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(send_all(socket, "GET /api/supervisor.hello HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    EXPECT_THAT(read_until(socket, "\"modules\":[]}"), HasSubstr("HTTP/1.1 200 OK"));
  }
}

}  // namespace
}  // namespace status::gateway
