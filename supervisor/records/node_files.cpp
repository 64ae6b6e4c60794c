#include "supervisor/records/node_files.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "ipc/base/codec.h"

namespace status::records {
namespace {

constexpr std::size_t kLogBytes = 256 << 10;
constexpr std::size_t kRecordBytes = 1 << 20;

// At most so many bytes, the last ones.
std::string read_tail(const std::string& path, std::size_t bytes) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const auto size = static_cast<std::size_t>(std::max<std::streamoff>(file.tellg(), 0));
  file.seekg(static_cast<std::streamoff>(size - std::min(size, bytes)));
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

Value::Array last_log_lines(const std::string& log, std::size_t count) {
  std::istringstream text(read_tail(log + ".1", kLogBytes) + read_tail(log, kLogBytes));
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(std::move(line));
  Value::Array out;
  for (std::size_t i = lines.size() - std::min(lines.size(), count); i < lines.size(); ++i) {
    const Result<Value> line = parse_json(lines[i]);
    out.push_back(line ? *line : Value(lines[i]));
  }
  return out;
}

std::vector<Value> read_crashes(const std::string& directory, std::size_t count) {
  std::vector<std::uint64_t> generations;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    if (entry.path().extension() != ".json") continue;
    generations.push_back(std::strtoull(entry.path().stem().c_str(), nullptr, 10));
  }
  std::sort(generations.rbegin(), generations.rend());
  generations.resize(std::min(generations.size(), count));
  std::vector<Value> out;
  for (const std::uint64_t generation : generations) {
    Result<Value> record = parse_json(read_tail(directory + "/" + std::to_string(generation) + ".json", kRecordBytes));
    if (record) out.push_back(std::move(*record));
  }
  return out;
}

}  // namespace status::records
