#define TOML_EXCEPTIONS 0  // errors are values here
#include <fcntl.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cerrno>

#include "ipc/base/codec.h"
#include "ipc/base/unique_fd.h"

namespace status {
namespace {

// A configuration file of this size is a mistake (a log, a database).
constexpr std::size_t kFileLimit = 1 << 20;

std::string place(std::string_view name, const toml::source_region& source) {
  return std::string(name) + ":" + std::to_string(source.begin.line);
}

Result<Value> convert(const toml::node& node, std::string_view name);

Result<Value> convert_table(const toml::table& table, std::string_view name) {
  // The library sorts keys by name; the file's own order is what a reader expects to see again.
  std::vector<std::pair<const toml::key*, const toml::node*>> entries;
  for (const auto& [key, node] : table) entries.emplace_back(&key, &node);
  std::stable_sort(entries.begin(), entries.end(),
                   [](const auto& a, const auto& b) { return a.first->source().begin < b.first->source().begin; });
  Value::Map out;
  for (const auto& [key, node] : entries) {
    Result<Value> value = convert(*node, name);
    if (!value) return value;
    value->set_line(static_cast<int>(key->source().begin.line));
    out.emplace_back(std::string(key->str()), std::move(*value));
  }
  return Value(std::move(out));
}

Result<Value> convert_array(const toml::array& array, std::string_view name) {
  Value::Array out;
  for (const toml::node& node : array) {
    Result<Value> value = convert(node, name);
    if (!value) return value;
    out.push_back(std::move(*value));
  }
  return Value(std::move(out));
}

Result<Value> convert_node(const toml::node& node, std::string_view name) {
  if (const auto* table = node.as_table()) return convert_table(*table, name);
  if (const auto* array = node.as_array()) return convert_array(*array, name);
  if (const auto* text = node.as_string()) return Value(text->get());
  if (const auto* integer = node.as_integer()) return Value(integer->get());
  if (const auto* number = node.as_floating_point()) return Value(number->get());
  if (const auto* flag = node.as_boolean()) return Value(flag->get());
  return fail(Code::invalid_argument, "ipc.bad_encoding",
              place(name, node.source()) + ": dates and times are not used here: write a string in quotes");
}

Result<Value> convert(const toml::node& node, std::string_view name) {
  Result<Value> value = convert_node(node, name);
  if (value) value->set_line(static_cast<int>(node.source().begin.line));
  return value;
}

}  // namespace

Result<Value> parse_toml(std::string_view text, std::string_view name) {
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    return fail(Code::invalid_argument, "ipc.bad_encoding",
                place(name, parsed.error().source()) + ": " + std::string(parsed.error().description()));
  }
  return convert(parsed.table(), name);
}

Result<Value> read_toml_file(const std::string& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return fail(errno_error(errno, "open " + path));
  std::string text(kFileLimit + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = ::read(file.get(), text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(errno_error(errno, "read " + path));
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > kFileLimit) {
    return fail(Code::resource_exhausted, "ipc.limit", path + " is larger than 1 MiB: this is no configuration file");
  }
  text.resize(size);
  return parse_toml(text, path);
}

}  // namespace status
