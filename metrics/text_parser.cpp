#include "metrics/text_parser.h"

#include <algorithm>
#include <optional>
#include <string>

#include "ipc/base/words.h"
#include "metrics/label_text.h"
#include "metrics/text_families.h"
#include "metrics/text_number.h"

namespace status::metrics {
namespace {

constexpr std::string_view kBlank = " \t";

Error bad_text(std::string message) {
  return make_error(Code::invalid_argument, "metrics.bad_text", "text exposition: " + std::move(message));
}

Error too_much(std::string_view what, std::size_t limit) {
  return make_error(Code::resource_exhausted, "metrics.too_much_text",
                    "text exposition: more than " + std::to_string(limit) + " " + std::string(what));
}

void skip_blanks(std::string_view& rest) { rest.remove_prefix(std::min(rest.find_first_not_of(kBlank), rest.size())); }

std::string_view take_word(std::string_view& rest) {
  skip_blanks(rest);
  const std::string_view word = rest.substr(0, rest.find_first_of(kBlank));
  rest.remove_prefix(word.size());
  return word;
}

// As HELP is escaped.
std::string without_escapes(std::string_view help) {
  std::string out;
  for (std::size_t i = 0; i < help.size(); ++i) {
    const bool escapes = help[i] == '\\' && i + 1 < help.size() && (help[i + 1] == 'n' || help[i + 1] == '\\');
    out += escapes ? (help[++i] == 'n' ? '\n' : '\\') : help[i];
  }
  return out;
}

class Parser {
 public:
  Parser(const std::function<bool(std::string_view)>& wanted, const TextLimits& limits)
      : limits_(limits), families_(wanted, limits.series) {}

  // Empty: the line was right.
  std::optional<std::string> line(std::string_view line) {
    skip_blanks(line);
    if (line.empty()) return std::nullopt;
    return line.starts_with('#') ? comment(line) : sample(line);
  }

  Result<ParsedText> take() {
    std::string problem;
    std::optional<ParsedText> parsed = families_.take(problem);
    if (!parsed) return fail(bad_text(std::move(problem)));
    return std::move(*parsed);
  }

 private:
  std::optional<std::string> comment(std::string_view rest) {
    rest.remove_prefix(1);
    const std::string_view word = take_word(rest);
    if (word != "HELP" && word != "TYPE") return std::nullopt;
    const std::string_view name = take_word(rest);
    if (!is_metric_name(name)) return "the name of a metric is not allowed";
    skip_blanks(rest);
    if (word == "HELP") {
      families_.set_help(name, without_escapes(rest));
      return std::nullopt;
    }
    const std::string_view kind = take_word(rest);
    skip_blanks(rest);
    if (kind.empty() || !rest.empty()) return "a type is one word";
    // Libraries have words of their own for what is no more than a number.
    const bool first = families_.set_kind(name, to_kind(kind).value_or(Kind::untyped));
    return first ? std::nullopt : std::optional<std::string>("a second type of a metric, or one behind its samples");
  }

  std::optional<std::string> sample(std::string_view rest) {
    const std::string_view name = rest.substr(0, std::min(rest.find_first_of(" \t{"), rest.size()));
    rest.remove_prefix(name.size());
    if (!is_metric_name(name)) return "the name of a metric is not allowed";
    skip_blanks(rest);
    Labels labels;
    if (rest.starts_with('{')) {
      const std::size_t end = end_of_labels(rest);
      std::optional<Labels> parsed = end == rest.npos ? std::nullopt : parse_labels(rest.substr(1, end - 1));
      if (!parsed || parsed->size() > limits_.labels || !std::ranges::all_of(*parsed, is_short)) return "labels";
      labels = std::move(*parsed);
      rest.remove_prefix(end + 1);
    }
    const std::optional<double> value = parse_number(take_word(rest));
    if (!value) return "a value that is no number";
    if (const std::string_view time = take_word(rest); !time.empty() && !parse_number(time)) return "a timestamp";
    skip_blanks(rest);
    if (!rest.empty()) return "more than a value and a timestamp";
    return families_.add(name, std::move(labels), *value) ? std::nullopt : std::optional<std::string>("a value");
  }

  static bool is_short(const std::pair<std::string, std::string>& label) { return is_metric_text(label.second); }

  // The brace that is in no label's value.
  static std::size_t end_of_labels(std::string_view rest) {
    bool quoted = false;
    for (std::size_t i = 0; i < rest.size(); ++i) {
      if (quoted && rest[i] == '\\') {
        ++i;
      } else if (rest[i] == '"') {
        quoted = !quoted;
      } else if (rest[i] == '}' && !quoted) {
        return i;
      }
    }
    return std::string_view::npos;
  }

  const TextLimits& limits_;
  TextFamilies families_;
};

}  // namespace

Result<ParsedText> parse_text(std::string_view text, const std::function<bool(std::string_view name)>& wanted,
                              const TextLimits& limits) {
  if (text.size() > limits.bytes) return fail(too_much("bytes", limits.bytes));
  if (text.find('\0') != text.npos || !count_code_points(text)) return fail(bad_text("it is not UTF-8"));
  Parser parser(wanted, limits);
  for (std::size_t number = 1; !text.empty(); ++number) {
    if (number > limits.lines) return fail(too_much("lines", limits.lines));
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.size() > limits.line_bytes) return fail(too_much("bytes in a line", limits.line_bytes));
    if (const auto problem = parser.line(line))
      return fail(bad_text("line " + std::to_string(number) + ": " + *problem));
  }
  return parser.take();
}

}  // namespace status::metrics
