#include <nlohmann/json.hpp>

#include "ipc/base/codec.h"
#include "ipc/base/value_builder.h"
#include "ipc/base/words.h"

namespace status {
namespace {

using Json = nlohmann::ordered_json;

class Sax : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit Sax(ValueBuilder& builder) : builder_(builder) {}

  bool null() override { return builder_.scalar(nullptr); }
  bool boolean(bool value) override { return builder_.scalar(value); }
  bool number_integer(std::int64_t value) override { return builder_.scalar(value); }
  bool number_unsigned(std::uint64_t value) override { return builder_.scalar(value); }
  bool number_float(double value, const std::string& token) override {
    // The parser hands an integer that fits no 64 bits over as a rounded double.
    if (token.find_first_of(".eE") == std::string::npos) {
      return builder_.refuse_encoding("the integer " + in_quotes(token) + " does not fit 64 bits");
    }
    return builder_.scalar(value);
  }
  bool string(std::string& value) override { return builder_.scalar(std::move(value)); }
  bool binary(nlohmann::json::binary_t&) override { return false; }
  bool start_object(std::size_t) override { return builder_.open_map(0); }
  bool key(std::string& name) override { return builder_.key(name); }
  bool end_object() override { return builder_.close(); }
  bool start_array(std::size_t) override { return builder_.open_array(0); }
  bool end_array() override { return builder_.close(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& problem) override {
    // "[json.exception.parse_error.101] parse error at line 1, column 2: …": the word in brackets means nothing to a
    // reader.
    const std::string_view text = problem.what();
    const std::size_t bracket = text.find("] ");
    return builder_.refuse_encoding(std::string(bracket == std::string_view::npos ? text : text.substr(bracket + 2)));
  }

 private:
  ValueBuilder& builder_;
};

Json convert(const Value& value);

struct JsonVisitor {
  Json operator()(std::monostate) const { return nullptr; }
  Json operator()(bool value) const { return value; }
  Json operator()(std::int64_t value) const { return value; }
  Json operator()(std::uint64_t value) const { return value; }
  Json operator()(double value) const { return value; }
  Json operator()(const std::string& text) const { return text; }
  Json operator()(const Bytes& bytes) const { return to_base64(bytes); }
  Json operator()(const Value::Array& items) const {
    Json out = Json::array();
    for (const Value& item : items) out.push_back(convert(item));
    return out;
  }
  Json operator()(const Value::Map& entries) const {
    Json out = Json::object();
    for (const auto& [key, item] : entries) out.push_back({key, convert(item)});
    return out;
  }
};

Json convert(const Value& value) { return std::visit(JsonVisitor{}, value.data()); }

}  // namespace

Result<Value> parse_json(std::string_view text, const DecodeLimits& limits) {
  ValueBuilder builder(limits);
  Sax sax(builder);
  nlohmann::json::sax_parse(text.begin(), text.end(), &sax);
  return builder.take();
}

std::string to_json(const Value& value, bool pretty) {
  return convert(value).dump(pretty ? 2 : -1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace status
