#include "metrics/text_writer.h"

#include <cmath>

#include "metrics/text_number.h"

namespace status::metrics {
namespace {

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
  if (!has_bounds(kind)) return;
  bounded_ = kind == Kind::histogram ? name_ + "_bucket" : name_;
  count_ = name_ + "_count";
  sum_ = name_ + "_sum";
  bounds_.clear();
  for (const double bound : bounds) {
    std::string& label = bounds_.emplace_back(bound_label(kind));
    label += "=\"";
    append_bound(bound, label);
    label += '"';
  }
  // The last bucket is all of them, which is the number after those of the bounds.
  if (kind == Kind::histogram) bounds_.emplace_back("le=\"+Inf\"");
}

void TextWriter::add(std::string_view labels, std::span<const double> numbers) {
  out_.append(head_);
  head_.clear();
  if (!has_bounds(kind_)) return line(name_, labels, {}, numbers[0]);
  for (std::size_t i = 0; i < bounds_.size(); ++i) {
    if (!std::isnan(numbers[i])) line(bounded_, labels, bounds_[i], numbers[i]);
  }
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
