#include "metrics/text_writer.h"

#include <charconv>
#include <cmath>

namespace status::metrics {
namespace {

// Doubles hold every integer up to here.
constexpr double kExact = 9'007'199'254'740'992.0;

// The shortest text that reads back as the same number; integers without an exponent.
void append_number(double value, std::string& out) {
  char digits[32];
  const bool whole = std::abs(value) < kExact && value == std::trunc(value);
  const auto end = whole ? std::to_chars(digits, std::end(digits), static_cast<std::int64_t>(value)).ptr
                         : std::to_chars(digits, std::end(digits), value).ptr;
  out.append(digits, end);
}

// As Prometheus's own clients write it: these are labels, which rules and dashboards name.
void append_bound(double value, std::string& out) {
  char digits[32];
  out.append(digits, std::to_chars(digits, std::end(digits), value, std::chars_format::general, 16).ptr);
}

void append_help(std::string_view help, std::string& out) {
  for (const char c : help) {
    if (c == '\n') {
      out += "\\n";
    } else {
      out.append(c == '\\' ? 2 : 1, c);
    }
  }
}

}  // namespace

void TextWriter::begin(std::string_view name, std::string_view help, Kind kind, const std::vector<double>& bounds) {
  kind_ = kind;
  name_ = name;
  head_.assign("# HELP ").append(name) += ' ';
  append_help(help, head_);
  head_.append("\n# TYPE ").append(name).append(" ").append(to_word(kind)) += '\n';
  if (kind != Kind::histogram) return;
  bucket_ = name_ + "_bucket";
  count_ = name_ + "_count";
  sum_ = name_ + "_sum";
  bounds_.clear();
  for (const double bound : bounds) {
    bounds_.emplace_back("le=\"");
    append_bound(bound, bounds_.back());
    bounds_.back() += '"';
  }
  bounds_.emplace_back("le=\"+Inf\"");
}

void TextWriter::add(std::string_view labels, std::span<const double> numbers) {
  out_.append(head_);
  head_.clear();
  if (kind_ != Kind::histogram) return line(name_, labels, {}, numbers[0]);
  // The last bucket is all of them, which is the number after those of the bounds.
  for (std::size_t i = 0; i < bounds_.size(); ++i) line(bucket_, labels, bounds_[i], numbers[i]);
  line(sum_, labels, {}, numbers.back());
  line(count_, labels, {}, numbers[numbers.size() - 2]);
}

void TextWriter::line(std::string_view name, std::string_view labels, std::string_view bound, double value) {
  out_.append(name);
  if (!labels.empty() || !bound.empty()) {
    out_ += '{';
    out_.append(labels);
    if (!labels.empty() && !bound.empty()) out_ += ',';
    out_.append(bound) += '}';
  }
  out_ += ' ';
  append_number(value, out_);
  out_ += '\n';
}

}  // namespace status::metrics
