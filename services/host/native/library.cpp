#include "services/host/native/library.h"

#include <dlfcn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "ipc/base/words.h"

namespace status::host::native {
namespace {

Error refused(const char* reason, const std::string& message) {
  return make_error(Code::failed_precondition, reason, message);
}

// What is loaded runs with all that this process may do.
Status check(const std::string& path) {
  if (path.empty() || path.front() != '/') {
    return fail(refused("native.no_library", "the library's path " + in_quotes(path) + " must be absolute"));
  }
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) {
    return fail(refused("native.no_library", errno_error(errno, "look for the library " + path).message));
  }
  if (!S_ISREG(info.st_mode)) return fail(refused("native.no_library", path + " is no file"));
  if (info.st_uid != 0 && info.st_uid != ::geteuid()) {
    return fail(refused("native.unsafe_library", path + " belongs to another user: chown it to root or to this one"));
  }
  if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return fail(refused("native.unsafe_library", "others can write to " + path + ": chmod go-w " + path));
  }
  return {};
}

}  // namespace

Result<Library> Library::load(const std::string& path) {
  if (Status checked = check(path); !checked) return fail(checked.error());
  void* const handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    const char* const why = ::dlerror();
    return fail(refused("native.not_loaded", why == nullptr ? path + " cannot be loaded" : why));
  }
  return Library(path, handle);
}

void* Library::find(const char* symbol) const { return ::dlsym(handle_, symbol); }

Error Library::missing(const char* symbol) const {
  return refused("native.no_symbol", path_ + " does not export " + symbol + ": it is another library or generation");
}

}  // namespace status::host::native
