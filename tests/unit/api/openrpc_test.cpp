#include "ipc/api/openrpc.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "ipc/api/schema.h"
#include "ipc/base/codec.h"
#include "tests/support/openrpc_check.h"
#include "tests/unit/api/sample.h"

namespace status::api {
namespace {

TEST(OpenRpc, TheSampleIsTheCommittedDocument) {
  EXPECT_TRUE(test::matches_committed(sample::interface(), "tests/unit/api/sample_openrpc.json"));
}

TEST(OpenRpc, TheDocumentSurvivesTheWireAndJson) {
  const Value document = openrpc_document(sample::interface());
  EXPECT_EQ(decode_msgpack(encode_msgpack(document)).value(), document);
  EXPECT_EQ(parse_json(to_json(document)).value(), document);
}

std::string schema_of(std::string_view key) {
  const Table& table = table_of<sample::Search::Request>();
  return to_json(field_schema(table, table.fields().at(table.find(key))));
}

TEST(OpenRpc, LimitsAndDefaultsArePartOfTheSchema) {
  EXPECT_EQ(schema_of("query"), R"({"description":"What to look for.","type":"string","minLength":1,"maxLength":10})");
  EXPECT_EQ(schema_of("direction"),
            R"({"description":"Where to go.","type":"string","enum":["forward","backward"],"default":"forward"})");
  EXPECT_EQ(schema_of("limit"),
            R"({"description":"Most results.","type":"integer","minimum":1,"maximum":100,"default":20})");
  EXPECT_EQ(schema_of("weight"),
            R"({"description":"Of the title.","type":"number","minimum":0.0,"maximum":1.0,"default":0.5})");
}

TEST(OpenRpc, BinaryAndBigIntegersSayHowTheyAreWritten) {
  EXPECT_EQ(
      schema_of("after"),
      R"({"description":"Start behind this one.","type":"string","format":"hex","x-min-bytes":4,"x-max-bytes":4})");
  EXPECT_EQ(
      schema_of("key"),
      R"({"description":"Access key.","type":"string","contentEncoding":"base64","x-min-bytes":2,"x-max-bytes":4,"default":"+/8="})");
  EXPECT_EQ(schema_of("since_block"),
            R"({"description":"First block.","type":"string","format":"uint64","default":"9007199254740993"})");
}

struct Endless {
  std::vector<Endless> children;
  static void describe(Fields<Endless>& f) { f.add("children", &Endless::children, "More."); }
};

TEST(OpenRpc, AStructWithoutEndIsRefused) { EXPECT_THROW(object_schema(table_of<Endless>()), std::logic_error); }

}  // namespace
}  // namespace status::api
