// What the programs load. Licences: Status is MIT and Apache-2.0, so that nothing under the GPL may be linked; and each
// process gets only what its task needs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <iterator>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fixtures/failing/failing_main.h"
#include "tests/support/patience.h"
#include "tests/support/temp_dir.h"

namespace status::test {
namespace {

// The name up to ".so": its licence. Nothing is here that has not been looked up in /usr/share/doc/*/copyright.
constexpr auto kAllowed = std::to_array<std::string_view>({
    "linux-vdso",              // the kernel's own
    "ld-linux-x86-64",         // LGPL-2.1 (glibc)
    "ld-linux-aarch64",        // LGPL-2.1 (glibc)
    "libc",                    // LGPL-2.1 (glibc)
    "libm",                    // LGPL-2.1 (glibc)
    "libdl",                   // LGPL-2.1 (glibc)
    "libpthread",              // LGPL-2.1 (glibc)
    "librt",                   // LGPL-2.1 (glibc)
    "libgcc_s",                // GPL-3 with the runtime exception
    "libstdc++",               // GPL-3 with the runtime exception
    "libasan",                 // MIT (LLVM)
    "libubsan",                // MIT (LLVM)
    "libtsan",                 // MIT (LLVM)
    "libnng",                  // MIT
    "libmbedtls",              // Apache-2.0
    "libmbedcrypto",           // Apache-2.0
    "libmbedx509",             // Apache-2.0
    "libsodium",               // ISC
    "libssl",                  // Apache-2.0
    "libcrypto",               // Apache-2.0
    "libcrypto++",             // BSL-1.0, its files in the public domain
    "libsecp256k1",            // MIT
    "libseccomp",              // LGPL-2.1
    "libisal",                 // BSD-3-Clause
    "libsqlcipher",            // BSD-3-Clause
    "libprometheus-cpp-core",  // MIT
    "libspdlog",               // MIT
    "libre2",                  // BSD-3-Clause
    "libfmt",                  // MIT
    "libboost_filesystem",     // BSL-1.0
});

// What a process may not load, for a reason of its own.
struct Restriction {
  std::string_view program;
  std::vector<std::string_view> without;
  const char* why;
};

const std::vector<Restriction>& restrictions() {
  static const std::vector<Restriction> kRestrictions = {
      {"statusd",
       {"libnng", "libsqlcipher", "libssl", "libcrypto", "libprometheus-cpp-core"},
       "it is believed because it is small, and parses nothing foreign"},
      {"status-gateway", {"libsqlcipher"}, "it keeps nothing"},
      {"status-keys", {"libsqlcipher", "libssl", "libcrypto"}, "it holds the secret: no database, no network"},
      {"status-module-host", {"libsqlcipher", "libssl", "libcrypto"}, "the libraries bring copies of their own"},
      {"status-native-host", {"libsqlcipher", "libssl", "libcrypto"}, "the Nim libraries bring copies of their own"},
      {"status-chain", {"libsqlcipher"}, "it keeps nothing"},
      {"status-chat", {"libssl"}, "its messages travel through waku"},
      {"status-storage", {"libssl"}, "it has no link of its own to another machine"},
  };
  return kRestrictions;
}

// The programs of this build that are no tests, separated by spaces.
std::vector<std::string> programs() {
  std::istringstream names(STATUS_PROGRAMS);
  return {std::istream_iterator<std::string>(names), {}};
}

// The lines that a tool prints of a program.
std::vector<std::string> lines_of(const std::string& tool, const std::string& path) {
  const std::string command = tool + " '" + path + "' 2>&1";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
  if (!pipe) return {};
  std::string output;
  for (std::array<char, 4096> buffer{}; const auto n = std::fread(buffer.data(), 1, buffer.size(), pipe.get());) {
    output.append(buffer.data(), n);
  }
  std::vector<std::string> lines;
  std::istringstream text(output);
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

// The libraries that the loader would map, without their directories.
std::vector<std::string> libraries_of(const std::string& path) {
  std::vector<std::string> names;
  for (const std::string& line : lines_of("ldd", path)) {
    std::string name;
    std::istringstream(line) >> name;
    name.erase(0, name.rfind('/') + 1);
    names.push_back(name.substr(0, name.find(".so")));
  }
  return names;
}

TEST(Linkage, LoadsOnlyLibrariesWhoseLicenceIsKnown) {
  for (const std::string& program : programs()) {
    const auto libraries = libraries_of(std::string(STATUS_BIN_DIR "/") + program);
    EXPECT_THAT(libraries, testing::Contains("libc")) << program;
    for (const std::string& library : libraries) {
      EXPECT_NE(std::find(kAllowed.begin(), kAllowed.end(), library), kAllowed.end())
          << program << " loads " << library << ": look up its licence; if it is not the GPL, list it here";
    }
  }
  EXPECT_THAT(programs(), testing::Contains("statusd"));
}

TEST(Linkage, NothingLoadsPlainSqlite) {
  // Before SQLCipher in the order of loading it would write the databases in plain text.
  for (const std::string& program : programs()) {
    EXPECT_THAT(libraries_of(std::string(STATUS_BIN_DIR "/") + program), testing::Not(testing::Contains("libsqlite3")));
  }
}

TEST(Linkage, EachProcessHasOnlyWhatItsTaskNeeds) {
  for (const std::string& program : programs()) {
    const auto libraries = libraries_of(std::string(STATUS_BIN_DIR "/") + program);
    for (const Restriction& restriction : restrictions()) {
      if (restriction.program != program) continue;
      for (const std::string_view library : restriction.without) {
        EXPECT_THAT(libraries, testing::Not(testing::Contains(library))) << program << ": " << restriction.why;
      }
    }
  }
}

// The names that others in the process find in a program or library, without their versions.
std::vector<std::string> exports_of(const std::string& path) {
  std::vector<std::string> names;
  for (const std::string& line : lines_of("nm -D --defined-only", path)) {
    const std::string name = line.substr(line.rfind(' ') + 1);
    names.push_back(name.substr(0, name.find('@')));
  }
  return names;
}

bool is_of_cpp(const std::string& name) { return name.starts_with("_Z"); }

// A foreign library looks up a name that it does not hide in its process first: one that it happens to have, too, would
// be ours. What is C++ is of namespaces, and none of them ours.
TEST(Linkage, HostsOfLibrariesShowThemOnlyWhatIsMeantToBeSeen) {
  if (kSanitized) return;  // sanitizers show what they stand in for
  const std::vector<std::string> shims = {
      "epoll_ctl", "epoll_wait", "pthread_cond_broadcast", "pthread_cond_timedwait", "readv", "sendmsg", "sysconf"};
  for (const char* const host : {"status-native-host", "status-module-host"}) {
    std::vector<std::string> names = exports_of(std::string(STATUS_BIN_DIR "/") + host);
    EXPECT_THAT(names, testing::Each(testing::Not(testing::HasSubstr("6status")))) << host;
    std::erase_if(names, is_of_cpp);
    EXPECT_THAT(names, testing::UnorderedElementsAreArray(shims)) << host;
  }
}

// And of the libraries that the hosts themselves load, which are before the foreign one, too: services/host/native/README.md
// has the same list.
TEST(Linkage, WhatHostsOfLibrariesLoadHasNamesOfItsOwn) {
  const std::vector<std::string> prefixes = {"nng_", "nn_", "mbedtls_", "psa_", "crypto_", "sodium_", "randombytes"};
  for (const std::string& line : lines_of("ldd", STATUS_BIN_DIR "/status-module-host")) {
    const std::size_t path = line.find("=> /");
    const bool every_process_has_it =
        line.find("libc.") != std::string::npos || line.find("libm.") != std::string::npos ||
        line.find("libpthread") != std::string::npos || line.find("libstdc++") != std::string::npos ||
        line.find("libgcc_s") != std::string::npos;
    if (path == std::string::npos || every_process_has_it || kSanitized) continue;
    const std::string library = line.substr(path + 3, line.find(' ', path + 3) - path - 3);
    for (const std::string& name : exports_of(library)) {
      const bool known = is_of_cpp(name) || std::ranges::any_of(prefixes, [&](const std::string& prefix) {
                           return name.starts_with(prefix);
                         });
      EXPECT_TRUE(known) << library << " has " << name;
    }
  }
}

// By what such a module says when it starts, which is somewhere in its file.
bool dies_at_failpoints(const std::string& program) {
  const std::string content = read_file(program);
  EXPECT_GT(content.size(), 10'000U) << program;
  return content.find(failing::kNotice) != std::string::npos;
}

TEST(Linkage, NoProgramThatIsInstalledDiesAtFailpoints) {
  for (const std::string& program : programs()) {
    EXPECT_FALSE(dies_at_failpoints(std::string(STATUS_BIN_DIR "/") + program)) << program;
  }
  EXPECT_TRUE(dies_at_failpoints(STATUS_FAILING_MODULE)) << "the one that does is not recognised";
}

}  // namespace
}  // namespace status::test
