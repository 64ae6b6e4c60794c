#include "supervisor/process/state_store.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>

#include "ipc/base/codec.h"
#include "ipc/base/file.h"

namespace status::supervisor {
namespace {

// "00000000000000000042\n": of fixed width, so that it is overwritten in place, within one sector and without a change
// of size.
constexpr std::size_t kDigits = 20;

}  // namespace

Result<StateStore::Counter*> StateStore::counter(const std::string& module) {
  Counter& counter = counters_[module];
  if (counter.file) return &counter;
  const std::string path = directory_ + "/" + module + ".generation";
  UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return fail(errno_error(errno, "open " + path));
  std::array<char, kDigits + 2> text{};
  const ssize_t got = ::pread(file.get(), text.data(), text.size(), 0);
  if (got < 0) return fail(errno_error(errno, "read " + path));
  if (got == 0) {
    // New, perhaps made by a statusd that was killed here: its name has to be as durable as the numbers in it.
    if (auto synced = sync_folder(directory_); !synced) return fail(synced.error());
  } else {
    const auto [end, problem] = std::from_chars(text.data(), text.data() + kDigits, counter.reserved);
    if (got != kDigits + 1 || problem != std::errc() || end != text.data() + kDigits || text[kDigits] != '\n') {
      return fail(Code::data_loss, "supervisor.bad_state",
                  path + " is damaged: write a number larger than every generation in crash/" + module + " and logs/" +
                      module + ".log into it, as 20 digits and a line feed");
    }
  }
  counter.used = counter.reserved;
  counter.file = std::move(file);
  return &counter;
}

Status StateStore::reserve(const std::string& module, Counter& counter, std::uint64_t upto) {
  std::array<char, kDigits + 2> text;
  std::snprintf(text.data(), text.size(), "%020llu\n", static_cast<unsigned long long>(upto));
  if (::pwrite(counter.file.get(), text.data(), kDigits + 1, 0) != kDigits + 1 ||
      ::fdatasync(counter.file.get()) != 0) {
    return fail(errno_error(errno, "write " + directory_ + "/" + module + ".generation"));
  }
  counter.reserved = upto;
  return {};
}

Result<std::uint64_t> StateStore::next_generation(const std::string& module) {
  auto found = counter(module);
  if (!found) return fail(found.error());
  Counter& counter = **found;
  if (counter.used == counter.reserved) {
    if (auto done = reserve(module, counter, counter.used + kReserved); !done) return fail(done.error());
  }
  return ++counter.used;
}

Status StateStore::reserve_ahead(const std::string& module) {
  auto found = counter(module);
  if (!found) return fail(found.error());
  Counter& counter = **found;
  if (counter.reserved - counter.used >= kReserved / 2) return {};
  return reserve(module, counter, counter.used + kReserved);
}

void StateStore::settle() {
  for (auto& [module, counter] : counters_) {
    // Should it fail, the larger number stays: a gap, never a repetition.
    if (counter.file && counter.reserved != counter.used) (void)reserve(module, counter, counter.used);
  }
}

Result<std::set<std::string>> StateStore::load_stopped() {
  std::set<std::string> stopped;
  const std::string path = directory_ + "/stopped.json";
  const auto text = read_file(path);
  if (!text && text.error().code == Code::not_found) return stopped;
  if (!text) return fail(text.error());
  const auto names = parse_json(*text);
  if (!names || names->as_array() == nullptr) {
    return fail(Code::data_loss, "supervisor.bad_state", path + " is damaged: remove it to have every module started");
  }
  for (const Value& name : *names->as_array()) {
    if (name.as_string() != nullptr) stopped.insert(*name.as_string());
  }
  return stopped;
}

Status StateStore::save_stopped(const std::set<std::string>& stopped) {
  Value::Array names;
  for (const std::string& name : stopped) names.emplace_back(name);
  return replace_file(directory_ + "/stopped.json", to_json(Value(std::move(names))) + "\n", Durability::synced);
}

}  // namespace status::supervisor
