#include "tests/unit/api/sample.h"

#include <limits>

namespace status::sample {

void Everything::describe(api::Fields<Everything>& f) {
  f.add("flag", &Everything::flag, "A boolean.");
  f.add("int32", &Everything::int32, "32 bits.");
  f.add("int64", &Everything::int64, "64 bits.");
  f.add("uint32", &Everything::uint32, "32 bits without a sign.");
  f.add("uint64", &Everything::uint64, "64 bits without a sign.");
  f.add("amount", &Everything::amount, "May pass 2^53.").big();
  f.add("number", &Everything::number, "A double.");
  f.add("text", &Everything::text, "UTF-8.");
  f.add("bytes", &Everything::bytes, "Binary.");
  f.add("id", &Everything::id, "A hash.");
  f.add("any", &Everything::any, "Anything.").optional();
  f.add("maybe", &Everything::maybe, "Text or nothing.");
  f.add("numbers", &Everything::numbers, "A list.");
  f.add("point", &Everything::point, "A struct.");
  f.add("points", &Everything::points, "Structs.");
  f.add("maybe_point", &Everything::maybe_point, "A struct or nothing.");
  f.add("ids", &Everything::ids, "Hashes.");
}

Everything full_example() {
  Everything all;
  all.flag = true;
  all.int32 = std::numeric_limits<std::int32_t>::min();
  all.int64 = std::numeric_limits<std::int64_t>::min();
  all.uint32 = std::numeric_limits<std::uint32_t>::max();
  all.uint64 = std::numeric_limits<std::uint64_t>::max();
  all.amount = 9'007'199'254'740'993;
  all.number = -0.25;
  all.text = "größe 😀";
  all.bytes = {0, 255};
  all.id = {{0xAB, 0x01}};
  all.any = Value::map({{"deep", Value::array({1, Bytes{7}})}});
  all.maybe = "";
  all.numbers = {1, 2, 3};
  all.point = {-1, 2};
  all.points = {{1, 1}, {2, 2}};
  all.maybe_point = Point{5, 6};
  all.ids = {{{1}}, {{2}}};
  return all;
}

void Search::Request::describe(api::Fields<Request>& f) {
  f.add("query", &Request::query, "What to look for.").code_points(1, 10);
  f.add("direction", &Request::direction, "Where to go.").one_of({"forward", "backward"}).optional();
  f.add("limit", &Request::limit, "Most results.").range(1, 100).optional();
  f.add("topics", &Request::topics, "Only these.").length(1, 8).max_items(2).optional();
  f.add("after", &Request::after, "Start behind this one.").length(4, 4);
  f.add("weight", &Request::weight, "Of the title.").range(0.0, 1.0).optional();
  f.add("key", &Request::key, "Access key.").length(2, 4).optional();
  f.add("since_block", &Request::since_block, "First block.").big().optional();
  f.add("points", &Request::points, "Corners.").optional();
}

void Search::Reply::describe(api::Fields<Reply>& f) {
  f.add("ids", &Reply::ids, "What was found.");
  f.add("total", &Reply::total, "How many there are.").big();
  f.add("proof", &Reply::proof, "Signature over `ids`.");
  f.add("points", &Reply::points, "Where.");
}

api::MethodInfo Search::info() {
  return {.name = "search",
          .summary = "Looks for things.",
          .errors = {{Code::not_found, "sample.unknown_key", "The key is not known."}},
          .since = "1.2",
          .stability = api::Stability::experimental};
}

api::MethodInfo Store::info() {
  return {.name = "store", .summary = "Keeps everything.", .effect = api::Effect::write};
}

api::MethodInfo Ping::info() {
  return {.name = "_sys.ping",
          .summary = "Answers.",
          .effect = api::Effect::system,
          .stability = api::Stability::deprecated};
}

void Stored::describe(api::Fields<Stored>& f) {
  f.add("id", &Stored::id, "Of what was stored.").length(32, 32);
  f.add("amount", &Stored::amount, "Of it.").big();
}

const api::Interface& interface() {
  static const api::Interface declared = api::Interface("sample", {1, 2}, "A sample", {"core", "core@example.org"})
                                             .method<Search>()
                                             .method<Store>()
                                             .method<Ping>()
                                             .event<Stored>("stored", "Something was stored.")
                                             .event<Point>("moved", "Something has moved.")
                                             .stream("events", "What happens here.")
                                             .durable_stream("results", "What was stored.", {"stored"});
  return declared;
}

}  // namespace status::sample
