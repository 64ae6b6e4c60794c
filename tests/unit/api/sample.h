// An interface with one field of every kind and every limit.
#pragma once

#include "ipc/api/interface.h"

namespace status::sample {

struct Point {
  std::int32_t x = 0;
  std::int32_t y = 0;
  bool operator==(const Point&) const = default;
  static void describe(api::Fields<Point>& f) {
    f.add("x", &Point::x, "To the right.").range(-100, 100);
    f.add("y", &Point::y, "Upwards.");
  }
};

struct Everything {
  bool flag = false;
  std::int32_t int32 = 0;
  std::int64_t int64 = 0;
  std::uint32_t uint32 = 0;
  std::uint64_t uint64 = 0;
  std::uint64_t amount = 0;
  double number = 0;
  std::string text;
  Bytes bytes;
  HexBytes id;
  Value any;
  std::optional<std::string> maybe;
  std::vector<std::uint32_t> numbers;
  Point point;
  std::vector<Point> points;
  std::optional<Point> maybe_point;
  std::vector<HexBytes> ids;
  bool operator==(const Everything&) const = default;
  static void describe(api::Fields<Everything>& f);
};
Everything full_example();

struct Search {
  struct Request {
    std::string query;
    std::string direction = "forward";
    std::uint32_t limit = 20;
    std::vector<std::string> topics;
    std::optional<HexBytes> after;
    double weight = 0.5;
    Bytes key{0xFB, 0xFF};
    std::uint64_t since_block = 9'007'199'254'740'993;
    std::vector<Point> points;
    static void describe(api::Fields<Request>& f);
  };
  struct Reply {
    std::vector<HexBytes> ids;
    std::uint64_t total = 0;
    Bytes proof;
    std::vector<Point> points;
    static void describe(api::Fields<Reply>& f);
  };
  static api::MethodInfo info();
};

struct Store {
  using Request = Everything;
  using Reply = api::Empty;
  static api::MethodInfo info();
};

struct Ping {
  using Request = api::Empty;
  using Reply = api::Empty;
  static api::MethodInfo info();
};

struct Stored {
  HexBytes id;
  std::uint64_t amount = 0;
  static void describe(api::Fields<Stored>& f);
};

const api::Interface& interface();

}  // namespace status::sample
