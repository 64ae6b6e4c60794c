#include "services/chain/ethereum/object.h"

#include "services/chain/ethereum/disproved.h"

namespace status::chain {

Object::Object(const Value& value, std::string_view what) : value_(value), what_(what) {
  if (value.as_map() == nullptr) status_ = disproved(what_ + " is no object but " + std::string(value.type_name()));
}

bool Object::has(std::string_view key) const {
  const Value* const member = value_.find(key);
  return member != nullptr && !member->is_null();
}

U256 Object::quantity(std::string_view key) {
  const std::string* const word = text(key);
  if (word == nullptr) return {};
  const std::optional<U256> number = U256::parse(*word);
  if (!number) wrong(key, "is no quantity");
  return number.value_or(U256());
}

std::uint64_t Object::u64(std::string_view key) {
  const std::optional<std::uint64_t> number = quantity(key).to_u64();
  if (!number) wrong(key, "exceeds 64 bits");
  return number.value_or(0);
}

Bytes Object::data(std::string_view key) {
  const std::string* const word = text(key);
  if (word == nullptr) return {};
  std::optional<Bytes> bytes = word->starts_with("0x") ? from_hex(*word) : std::nullopt;
  if (!bytes) wrong(key, "is no hex data");
  return std::move(bytes).value_or(Bytes{});
}

const std::vector<Value>& Object::list(std::string_view key) {
  static const std::vector<Value> kNone;
  const Value* const member = value_.find(key);
  const std::vector<Value>* const items = member != nullptr ? member->as_array() : nullptr;
  if (items == nullptr) wrong(key, "is no list");
  return items != nullptr ? *items : kNone;
}

void Object::wrong(std::string_view key, std::string_view problem) {
  if (status_) status_ = disproved("`" + std::string(key) + "` of the " + what_ + " " + std::string(problem));
}

const std::string* Object::text(std::string_view key) {
  const Value* const member = value_.find(key);
  const std::string* const word = member != nullptr ? member->as_string() : nullptr;
  if (word == nullptr) wrong(key, "is missing");
  return word;
}

Result<std::vector<Bytes>> read_data_list(const Value* list, std::string_view what, std::size_t max_items,
                                          std::size_t max_bytes) {
  const std::vector<Value>* const items = list != nullptr ? list->as_array() : nullptr;
  if (items == nullptr) return disproved(std::string(what) + " is no list");
  if (items->size() > max_items) {
    return disproved(std::string(what) + " has " + std::to_string(items->size()) + " items, at most " +
                     std::to_string(max_items) + " make sense");
  }
  std::vector<Bytes> all;
  all.reserve(items->size());
  for (const Value& item : *items) {
    const std::string* const word = item.as_string();
    std::optional<Bytes> bytes = word != nullptr && word->starts_with("0x") ? from_hex(*word) : std::nullopt;
    if (!bytes) return disproved(std::string(what) + " has an item that is no hex data");
    if (bytes->size() > max_bytes) {
      return disproved(std::string(what) + " has an item of " + std::to_string(bytes->size()) + " bytes, at most " +
                       std::to_string(max_bytes) + " make sense");
    }
    all.push_back(std::move(*bytes));
  }
  return all;
}

}  // namespace status::chain
