// Puts the lines of a text exposition together to families. Private to metrics; one thread.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "metrics/text_parser.h"

namespace status::metrics {

class TextFamilies {
 public:
  // Keeps what is wanted by its family's name, as far as there is room for so many series.
  TextFamilies(const std::function<bool(std::string_view)>& wanted, std::size_t most) : wanted_(wanted), most_(most) {}

  void set_help(std::string_view name, std::string help);
  // False: it has another kind already, or samples.
  bool set_kind(std::string_view name, Kind kind);
  // One line. False when its family cannot have such a value or such labels.
  bool add(std::string_view line_name, Labels labels, double value);

  // Whole samples. Empty, and `problem` says why, when the parts of one do not fit together. Once.
  std::optional<ParsedText> take(std::string& problem);

 private:
  struct Declared {
    std::optional<Kind> kind;
    std::string help;
  };
  // The parts of a sample, as the lines have told them so far.
  struct Parts {
    double value = 0;
    std::optional<double> count, sum;
    std::map<double, double> bounded;  // by bucket or quantile
  };
  struct Building {
    Kind kind = Kind::untyped;
    std::string help;
    std::map<Labels, Parts> samples;
  };
  enum class Role : std::uint8_t { value, bounded, count, sum };
  struct Place {
    std::string_view family;
    Kind kind = Kind::untyped;
    Role role = Role::value;
    const Declared* declared = nullptr;
  };

  Place place_of(std::string_view line_name) const;
  const Declared* declared(std::string_view name) const;
  Parts* parts_of(const Place& place, Labels labels);
  static std::vector<double> bounds_of(const Parts& parts);
  static std::optional<Sample> sample_of(Kind kind, const Labels& labels, const Parts& parts);

  const std::function<bool(std::string_view)>& wanted_;
  const std::size_t most_;
  std::size_t samples_ = 0;
  std::size_t left_out_ = 0;  // lines
  std::map<std::string, Declared, std::less<>> declared_;
  std::map<std::string, Building, std::less<>> families_;
};

}  // namespace status::metrics
