// A foreign library in this process. It is loaded for good: the threads that it starts outlive every call, and dlclose
// takes the code away under them (a SIGSEGV, measured).
#pragma once

#include <string>

#include "ipc/base/result.h"

namespace status::host::native {

class Library {
 public:
  // `path`: absolute, a regular file that nobody but its owner (root or this user) can write. All its symbols are
  // resolved now and seen by it alone (RTLD_NOW | RTLD_LOCAL). Errors, with the path and what to do:
  // FAILED_PRECONDITION `native.no_library` (not there, or a relative path), `native.unsafe_library` (somebody else can
  // change it), `native.not_loaded` (the loader's words).
  static Result<Library> load(const std::string& path);

  const std::string& path() const { return path_; }
  bool has(const char* symbol) const { return find(symbol) != nullptr; }
  // Null when the library does not export it.
  template <class Function>
  Function* find_as(const char* symbol) const {
    return reinterpret_cast<Function*>(find(symbol));
  }
  // Error: FAILED_PRECONDITION `native.no_symbol`, which names the symbol and the library.
  template <class Function>
  Result<Function*> get(const char* symbol) const {
    if (void* const found = find(symbol)) return reinterpret_cast<Function*>(found);
    return fail(missing(symbol));
  }

 private:
  Library(std::string path, void* handle) : path_(std::move(path)), handle_(handle) {}
  void* find(const char* symbol) const;
  Error missing(const char* symbol) const;

  std::string path_;
  void* handle_;
};

}  // namespace status::host::native
