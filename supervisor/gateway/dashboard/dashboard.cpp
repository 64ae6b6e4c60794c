#include "supervisor/gateway/dashboard/dashboard.h"

#include <algorithm>

#include "supervisor/gateway/dashboard/files.h"
#include "supervisor/gateway/dashboard/paths.h"

namespace status::gateway {
namespace {

constexpr std::string_view kFirstPage = "/index.html";

const WebFile* find_file(std::string_view path) {
  const auto files = web_files();
  const auto found = std::ranges::find(files, path == "/" ? kFirstPage : path, &WebFile::path);
  return found == files.end() ? nullptr : &*found;
}

}  // namespace

bool Dashboard::serve(const std::shared_ptr<HttpCall>& call) {
  const HttpRequest& request = call->request();
  if (request.path == kLivePath && !request.post && request.from_own_pages) return feed_.add(call), true;
  if (request.path.starts_with(kApiPath)) return door_.answer(call), true;
  const WebFile* file = request.post ? nullptr : find_file(request.path);
  if (file == nullptr) return false;
  call->reply({.content_type = std::string(file->content_type),
               .file = request.accepts_gzip ? file->gzip : file->plain,
               .etag = std::string(file->etag),
               .gzip = request.accepts_gzip});
  return true;
}

}  // namespace status::gateway
