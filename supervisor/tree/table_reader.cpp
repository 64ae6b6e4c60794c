#include "supervisor/tree/table_reader.h"

#include <algorithm>

#include "ipc/base/codec.h"
#include "ipc/base/words.h"

namespace status::supervisor {

TableReader::TableReader(const Value& table, std::string file, std::string prefix)
    : table_(table), file_(std::move(file)), prefix_(std::move(prefix)) {
  if (table_.as_map() == nullptr) {
    error_ =
        make_error(Code::invalid_argument, "supervisor.bad_configuration",
                   place(&table_) + ": " + (prefix_.empty() ? "the file" : in_quotes(prefix_)) + " must be a table");
  }
}

std::string TableReader::place(const Value* value) const {
  if (value != nullptr) return value->line() > 0 ? file_ + ":" + std::to_string(value->line()) : "--set";
  if (table_.line() > 0) return file_ + ":" + std::to_string(table_.line());
  return file_;
}

std::string TableReader::dotted(std::string_view key) const {
  return prefix_.empty() ? std::string(key) : prefix_ + "." + std::string(key);
}

const Value* TableReader::find(std::string_view key) {
  known_.emplace_back(key);
  return table_.find(key);
}

void TableReader::refuse(std::string_view key, std::string_view message) {
  if (error_) return;
  std::string text = place(table_.find(key)) + ": " + in_quotes(dotted(key)) + " ";
  error_ = make_error(Code::invalid_argument, "supervisor.bad_configuration", text.append(message));
}

void TableReader::adopt(Status nested) {
  if (!nested && !error_) error_ = std::move(nested.error());
}

std::string TableReader::text(std::string_view key) {
  const Value* value = find(key);
  const std::string* text = value == nullptr ? nullptr : value->as_string();
  if (value == nullptr) refuse(key, "is missing");
  if (text == nullptr || text->empty()) refuse(key, "must be a string that is not empty");
  return text == nullptr ? std::string() : *text;
}

std::optional<std::string> TableReader::text_if(std::string_view key) {
  const Value* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (const std::string* text = value->as_string()) return *text;
  refuse(key, "must be a string");
  return std::nullopt;
}

std::optional<std::string> TableReader::word_if(std::string_view key, const std::vector<std::string>& words) {
  auto word = text_if(key);
  if (!word || std::find(words.begin(), words.end(), *word) != words.end()) return word;
  std::string list;
  for (const std::string& each : words) list.append(list.empty() ? "" : ", ").append(each);
  refuse(key, "is " + in_quotes(*word) + "; it must be one of: " + list);
  return std::nullopt;
}

std::optional<std::uint64_t> TableReader::number_if(std::string_view key, std::uint64_t least, std::uint64_t most) {
  const Value* value = find(key);
  if (value == nullptr) return std::nullopt;
  const auto number = value->as_uint64();
  if (number && *number >= least && *number <= most) return number;
  refuse(key, "must be an integer from " + std::to_string(least) + " to " + std::to_string(most));
  return std::nullopt;
}

std::optional<std::chrono::milliseconds> TableReader::duration_if(std::string_view key, std::uint64_t least,
                                                                  std::uint64_t most) {
  const auto number = number_if(key, least, most);
  if (!number) return std::nullopt;
  return std::chrono::milliseconds(static_cast<std::int64_t>(*number));
}

std::optional<bool> TableReader::flag_if(std::string_view key) {
  const Value* value = find(key);
  if (value == nullptr) return std::nullopt;
  const bool* flag = value->as_bool();
  if (flag != nullptr) return *flag;
  refuse(key, "must be true or false");
  return std::nullopt;
}

std::optional<std::vector<std::string>> TableReader::texts_if(std::string_view key) {
  const Value* value = find(key);
  if (value == nullptr) return std::nullopt;
  std::vector<std::string> out;
  const Value::Array* items = value->as_array();
  if (items == nullptr) refuse(key, "must be a list of strings");
  for (const Value& item : items == nullptr ? Value::Array() : *items) {
    if (item.as_string() == nullptr) {
      refuse(key, "must be a list of strings");
      break;
    }
    out.push_back(*item.as_string());
  }
  return out;
}

const Value* TableReader::table_if(std::string_view key) {
  const Value* value = find(key);
  if (value == nullptr || value->as_map() != nullptr) return value;
  refuse(key, "must be a table");
  return nullptr;
}

const Value* TableReader::any_if(std::string_view key) { return find(key); }

Status TableReader::finish() {
  for (const auto& [key, value] : table_.as_map() == nullptr ? Value::Map() : *table_.as_map()) {
    if (error_ || std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
    const std::string nearest = nearest_word(key, known_);
    refuse(key, nearest.empty() ? "is not a key" : "is not a key; did you mean " + in_quotes(dotted(nearest)) + "?");
  }
  if (error_) return fail(*error_);
  return {};
}

}  // namespace status::supervisor
