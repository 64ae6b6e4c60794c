#include "ipc/wire/prefix_parser.h"

#include <msgpack.hpp>

namespace status::ipc {
namespace {

// Reads one element. Containers are skipped over within the limits; `kind` says what it was.
class ElementVisitor : public msgpack::null_visitor {
 public:
  Element element;

  bool visit_nil() { return put({.kind = Element::Kind::nil}); }
  bool visit_boolean(bool) { return put({.kind = Element::Kind::boolean}); }
  bool visit_positive_integer(std::uint64_t v) { return put({.kind = Element::Kind::uinteger, .number = v}); }
  bool visit_negative_integer(std::int64_t) { return put({.kind = Element::Kind::sinteger}); }
  bool visit_float32(float) { return put({.kind = Element::Kind::floating}); }
  bool visit_float64(double) { return put({.kind = Element::Kind::floating}); }
  bool visit_str(const char* v, std::uint32_t n) { return put({.kind = Element::Kind::text, .bytes = {v, n}}); }
  bool visit_bin(const char* v, std::uint32_t n) { return put({.kind = Element::Kind::binary, .bytes = {v, n}}); }
  bool visit_ext(const char*, std::uint32_t) { return false; }
  bool start_array(std::uint32_t n) { return enter(Element::Kind::array, n); }
  bool start_map(std::uint32_t n) { return enter(Element::Kind::map, n); }
  bool end_array() { return leave(); }
  bool end_map() { return leave(); }

 private:
  bool put(Element e) {
    if (depth_ == 0) element = e;
    return true;
  }
  bool enter(Element::Kind kind, std::uint32_t entries) {
    if (depth_ == 0) element = {.kind = kind, .number = entries};
    return entries <= 65'536 && ++depth_ <= 32;
  }
  bool leave() {
    --depth_;
    return true;
  }

  int depth_ = 0;
};

}  // namespace

Element PrefixParser::next() {
  ElementVisitor visitor;
  std::size_t offset = offset_;
  // The parser reports failure by return value; null_visitor's error hooks are silent.
  if (!ok_ || !msgpack::parse(text_.data(), text_.size(), offset, visitor)) {
    ok_ = false;
    return {};
  }
  offset_ = offset;
  return visitor.element;
}

bool PrefixParser::head(std::uint8_t fix, std::uint8_t wide) {
  if (!ok_ || offset_ >= text_.size()) return ok_ = false;
  const auto tag = static_cast<std::uint8_t>(text_[offset_]);
  if ((tag & 0xf0) == fix) {
    entries_ = tag & 0x0fU;
    offset_ += 1;
    return true;
  }
  if (tag == wide && offset_ + 3 <= text_.size()) {
    entries_ = static_cast<std::uint32_t>(static_cast<std::uint8_t>(text_[offset_ + 1]) << 8U |
                                          static_cast<std::uint8_t>(text_[offset_ + 2]));
    offset_ += 3;
    return true;
  }
  return ok_ = false;
}

}  // namespace status::ipc
