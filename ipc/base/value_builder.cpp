#include "ipc/base/value_builder.h"

#include <algorithm>

#include "ipc/base/words.h"

namespace status {
namespace {

constexpr std::size_t kReserve = 32;
constexpr std::size_t kScanDuplicates = 16;

// The first key that occurs twice, or null. Small maps are compared pairwise, large ones sorted: a hostile map of
// 65,536 keys must not cost 2^31 comparisons.
const std::string* find_duplicate(const Value::Map& entries) {
  if (entries.size() <= kScanDuplicates) {
    for (std::size_t i = 1; i < entries.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (entries[i].first == entries[j].first) return &entries[i].first;
      }
    }
    return nullptr;
  }
  std::vector<const std::string*> names;
  names.reserve(entries.size());
  for (const auto& entry : entries) names.push_back(&entry.first);
  std::sort(names.begin(), names.end(), [](const auto* a, const auto* b) { return *a < *b; });
  const auto twin =
      std::adjacent_find(names.begin(), names.end(), [](const auto* a, const auto* b) { return *a == *b; });
  return twin == names.end() ? nullptr : *twin;
}

}  // namespace

bool ValueBuilder::refuse_encoding(std::string message) {
  if (!refused_) error_ = make_error(Code::invalid_argument, "ipc.bad_encoding", std::move(message));
  refused_ = true;
  return false;
}

bool ValueBuilder::refuse_limit(std::string message) {
  if (!refused_) error_ = make_error(Code::resource_exhausted, "ipc.limit", std::move(message));
  refused_ = true;
  return false;
}

Value* ValueBuilder::append(Value value) {
  if (++values_ > limits_.values) {
    refuse_limit("the document has more than " + std::to_string(limits_.values) + " values");
    return nullptr;
  }
  if (open_.empty()) return &(root_ = std::move(value));
  Value::Map* map = open_.back()->as_map();
  Value::Array* array = open_.back()->as_array();
  if ((map != nullptr ? map->size() : array->size()) >= limits_.entries) {
    refuse_limit("a map or array has more than " + std::to_string(limits_.entries) + " entries");
    return nullptr;
  }
  if (map != nullptr) return &map->emplace_back(std::move(key_), std::move(value)).second;
  return &array->emplace_back(std::move(value));
}

bool ValueBuilder::open(Value container, std::size_t announced) {
  if (open_.size() >= limits_.depth) {
    return refuse_limit("nested deeper than " + std::to_string(limits_.depth) + " levels");
  }
  if (announced > limits_.entries) {
    return refuse_limit("a map or array claims " + std::to_string(announced) + " entries, the limit is " +
                        std::to_string(limits_.entries));
  }
  Value* added = append(std::move(container));
  if (added == nullptr) return false;
  const std::size_t reserve = std::min(announced, kReserve);
  if (Value::Map* map = added->as_map()) map->reserve(reserve);
  if (Value::Array* array = added->as_array()) array->reserve(reserve);
  open_.push_back(added);
  return true;
}

bool ValueBuilder::open_map(std::size_t announced) { return open(Value::Map{}, announced); }
bool ValueBuilder::open_array(std::size_t announced) { return open(Value::Array{}, announced); }

bool ValueBuilder::close() {
  const Value::Map* map = open_.back()->as_map();
  const std::string* twin = map == nullptr ? nullptr : find_duplicate(*map);
  if (twin != nullptr) return refuse_encoding("key " + in_quotes(*twin) + " occurs twice");
  open_.pop_back();
  return true;
}

bool ValueBuilder::key(std::string_view name) {
  key_ = name;
  return true;
}

bool ValueBuilder::scalar(Value value) { return append(std::move(value)) != nullptr; }

Result<Value> ValueBuilder::take() {
  if (refused_) return fail(std::move(error_));
  return std::move(root_);
}

}  // namespace status
