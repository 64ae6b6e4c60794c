#include "supervisor/records/redaction.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace status::records {
namespace {

// Of that many characters on, a text that looks drawn may be a key: 12 bytes as hex, 15 as base64.
constexpr std::size_t kShortestHex = 24;
constexpr std::size_t kShortestBase64 = 20;

enum class Class { lower, upper, digit, none };

Class class_of(char c) {
  if (c >= 'a' && c <= 'z') return Class::lower;
  if (c >= 'A' && c <= 'Z') return Class::upper;
  if (c >= '0' && c <= '9') return Class::digit;
  return Class::none;
}

// In words, letters of one kind stand together; in base64, two neighbours out of three differ.
bool is_mixed(std::string_view text) {
  std::size_t changes = 0;
  std::size_t length = 0;
  Class before = Class::none;
  for (const char c : text) {
    const Class now = class_of(c);
    if (now == Class::none) continue;
    if (before != Class::none && now != before) ++changes;
    before = now;
    ++length;
  }
  return changes * 100 > length * 35;
}

bool looks_drawn(std::string_view text) {
  if (text.size() < kShortestBase64 || text.starts_with("_Z")) return false;  // a symbol of C++
  return is_mixed(text);
}

bool is_hex(std::string_view text) {
  if (text.starts_with("0x")) text.remove_prefix(2);
  return text.size() >= kShortestHex &&
         std::ranges::all_of(text, [](unsigned char c) { return std::isxdigit(c) != 0; });
}

bool is_id(std::string_view text) { return is_hex(text) || looks_drawn(text); }

std::vector<std::string_view> parts_of(std::string_view path) {
  std::vector<std::string_view> parts;
  for (std::size_t start = 0; start < path.size();) {
    const std::size_t end = std::min(path.find('/', start + 1), path.size());
    parts.push_back(path.substr(start + 1, end - start - 1));
    start = end;
  }
  return parts;
}

bool is_own_address(std::string_view text) { return text.starts_with("127.") || text.starts_with("0.0.0.0"); }

// Whether the text is an id that a report may name, by the key that it has.
bool is_shown_id(std::string_view key, std::string_view text) {
  static const RE2 kTrace("(?:0x)?[0-9a-f]{32}");
  static const RE2 kBuild("[0-9a-f]{40}");
  const re2::StringPiece piece(text.data(), text.size());
  if (key == "trace" || key == "trace_id") return RE2::FullMatch(piece, kTrace);
  return key == "build_id" && RE2::FullMatch(piece, kBuild);
}

bool same_letter(char a, char b) {
  return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
}

// In any case of letters.
std::string replace_all(std::string text, std::string_view what, std::string_view with) {
  if (what.empty()) return text;
  std::string out;
  for (auto from = text.begin();;) {
    const auto found = std::search(from, text.end(), what.begin(), what.end(), same_letter);
    out.append(from, found);
    if (found == text.end()) return out;
    out += with;
    from = found + static_cast<std::ptrdiff_t>(what.size());
  }
}

}  // namespace

// Longer paths first: one may be inside another.
RedactionRules rules_of_node(const std::string& data_dir, const std::string& run_dir) {
  RedactionRules rules;
  std::ifstream token(run_dir + "/token");
  if (std::string text; token >> text) rules.secrets.push_back(std::move(text));
  const auto add = [&](const std::string& path, const char* name) {
    std::error_code error;
    const std::string real = std::filesystem::weakly_canonical(path, error).string();
    for (const std::string& spelling : {path, real}) {
      if (spelling.size() > 1) rules.places.emplace_back(spelling, name);
    }
  };
  if (!run_dir.starts_with(data_dir)) add(run_dir, "<run-dir>");
  add(data_dir, "<data-dir>");
  if (const char* home = std::getenv("HOME")) add(home, "~");
  return rules;
}

Redactor::Redactor(RedactionRules rules) : rules_(std::move(rules)) {}

std::string Redactor::numbered(std::string_view kind, std::string_view found) {
  auto known = seen_.find(found);
  if (known == seen_.end()) {
    const std::string name = "[" + std::string(kind) + " " + std::to_string(seen_.size() + 1) + "]";
    known = seen_.emplace(found, name).first;
  }
  return known->second;
}

std::string Redactor::without_secrets(std::string_view text) const {
  std::string out(text);
  for (const std::string& secret : rules_.secrets) out = replace_all(std::move(out), secret, "[secret]");
  return out;
}

std::string Redactor::without_places(std::string text) const {
  for (const auto& [path, name] : rules_.places) text = replace_all(std::move(text), path, name);
  static const RE2 kHome("/home/[^/\\s\"']+");
  RE2::GlobalReplace(&text, kHome, "/home/[user]");
  return text;
}

std::string Redactor::path(std::string_view text) {
  std::string out;
  std::string kept;
  for (const std::string_view part : parts_of(text)) {
    out += '/';
    out += is_id(part) ? numbered("id", part) : std::string(part);
    if (!is_id(part)) kept += part;
  }
  // One key in 64 begins with a slash in base64, and its parts may be short.
  return is_mixed(kept) ? numbered("id", text) : out;
}

std::string Redactor::without_ids(std::string_view text) {
  // Addresses first, because their parts are short; then all that keys, hashes and introductions are made of.
  static const RE2 kCandidate(
      "((?:[0-9]{1,3}\\.){3}[0-9]{1,3}|(?:[0-9A-Fa-f]{1,4}:){4,}[0-9A-Fa-f:]+)|([A-Za-z0-9+/_-]{20,}={0,2})");
  std::string out;
  re2::StringPiece rest(text.data(), text.size());
  re2::StringPiece address;
  re2::StringPiece word;
  const char* copied = text.data();
  while (RE2::FindAndConsume(&rest, kCandidate, &address, &word)) {
    const re2::StringPiece found = address.empty() ? word : address;
    out.append(copied, found.data());
    copied = found.data() + found.size();
    const std::string_view candidate(found.data(), found.size());
    if (!address.empty()) {
      out += is_own_address(candidate) ? std::string(candidate) : numbered("address", candidate);
    } else if (candidate.starts_with('/')) {
      out += path(candidate);
    } else {
      out += is_id(candidate) ? numbered("id", candidate) : std::string(candidate);
    }
  }
  out.append(copied, text.data() + text.size());
  return out;
}

std::string Redactor::text(std::string_view text) { return without_ids(without_places(without_secrets(text))); }

Value Redactor::value(const Value& value) {
  if (const std::string* words = value.as_string()) return text(*words);
  if (const Bytes* bytes = value.as_bytes()) return "[" + std::to_string(bytes->size()) + " bytes]";
  if (const Value::Array* items = value.as_array()) {
    Value::Array out;
    for (const Value& item : *items) out.push_back(this->value(item));
    return out;
  }
  if (const Value::Map* entries = value.as_map()) {
    Value::Map out;
    for (const auto& [key, entry] : *entries) {
      const std::string* words = entry.as_string();
      const bool shown = words != nullptr && is_shown_id(key, *words) && without_secrets(*words) == *words;
      out.emplace_back(text(key), shown ? entry : this->value(entry));
    }
    return out;
  }
  return value;
}

}  // namespace status::records
