#include "ipc/api/fields.h"

#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>

#include "ipc/api/convert.h"

namespace status::api {
namespace {

struct Mixed {
  bool flag = false;
  std::uint32_t count = 0;
  std::string text;
  std::vector<std::string> words;
  double number = 0;
};

// Declares through the same class as describe() does and returns what it threw.
std::string problem(const std::function<void(Fields<Mixed>&)>& declare) {
  Fields<Mixed> fields;
  try {
    declare(fields);
  } catch (const std::logic_error& error) {
    return error.what();
  }
  return "";
}

TEST(Fields, WrongDeclarationsAreCaughtWhenTheTableIsBuilt) {
  EXPECT_EQ(problem([](auto& f) { f.add("flag", &Mixed::flag, "d").length(1, 2); }),
            "field `flag` has a length(), but is no string or bytes");
  EXPECT_EQ(problem([](auto& f) { f.add("text", &Mixed::text, "d").range(1, 2); }),
            "field `text` has a range() of integers, but is no integer");
  EXPECT_EQ(problem([](auto& f) { f.add("count", &Mixed::count, "d").range(-1, 2); }),
            "field `count` has a range() wider than its type");
  EXPECT_EQ(problem([](auto& f) { f.add("count", &Mixed::count, "d").range(5, 4); }),
            "field `count` has an empty range()");
  EXPECT_EQ(problem([](auto& f) { f.add("count", &Mixed::count, "d").range(0.0, 4.0); }),
            "field `count` has a range() of doubles, but is no double");
  EXPECT_EQ(problem([](auto& f) { f.add("count", &Mixed::count, "d").big(); }),
            "field `count` is big(), but no 64-bit integer");
  EXPECT_EQ(problem([](auto& f) { f.add("text", &Mixed::text, "d").max_items(2); }),
            "field `text` has max_items(), but is no list");
  EXPECT_EQ(problem([](auto& f) { f.add("text", &Mixed::text, "d").one_of({}); }),
            "field `text` has an empty one_of()");
  EXPECT_EQ(problem([](auto& f) { f.add("number", &Mixed::number, "d").one_of({"a"}); }),
            "field `number` has one_of(), but is no string");
  EXPECT_EQ(problem([](auto& f) { f.add("text", &Mixed::text, ""); }),
            "field `text` has no text that says what it means");
  EXPECT_EQ(problem([](auto& f) { f.add("Text", &Mixed::text, "d"); }), "field `Text` is not a snake_case word");
  EXPECT_EQ(problem([](auto& f) {
              f.add("text", &Mixed::text, "d");
              f.add("text", &Mixed::text, "d");
            }),
            "field `text` is declared twice");
}

TEST(Fields, LimitsOfAListSpeakOfItsItems) {
  EXPECT_EQ(problem([](auto& f) { f.add("words", &Mixed::words, "d").length(1, 2).one_of({"a"}).max_items(3); }), "");
}

struct Base {
  std::uint32_t base = 1;
};
struct Derived : Base {
  std::uint32_t derived = 2;
  static void describe(Fields<Derived>& f) {
    f.add("base", &Derived::base, "Inherited.");
    f.add("derived", &Derived::derived, "Own.");
  }
};

TEST(Fields, InheritedMembersAreFields) {
  EXPECT_EQ(to_value(Derived{}), Value::map({{"base", 1}, {"derived", 2}}));
  EXPECT_EQ(from_value<Derived>(Value::map({{"base", 5}, {"derived", 6}}), Mode::strict)->base, 5u);
}

TEST(Fields, TheTableOfATypeIsBuiltOnce) { EXPECT_EQ(&table_of<Derived>(), &table_of<Derived>()); }

struct Node {
  std::string name;
  std::vector<Node> children;
  static void describe(Fields<Node>& f) {
    f.add("name", &Node::name, "Own name.");
    f.add("children", &Node::children, "Below it.").optional();
  }
};

TEST(Fields, AStructMayHoldItselfInAList) {
  const Node tree{"a", {{"b", {{"c", {}}}}}};
  EXPECT_EQ(from_value<Node>(to_value(tree), Mode::strict)->children.at(0).children.at(0).name, "c");
}

}  // namespace
}  // namespace status::api
