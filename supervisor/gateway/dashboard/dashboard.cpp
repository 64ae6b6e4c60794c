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

bool Dashboard::has(std::string_view path) { return path.starts_with(kApiPath) || find_file(path) != nullptr; }

void Dashboard::serve(const std::shared_ptr<HttpCall>& call) {
  const HttpRequest& request = call->request();
  const bool get = !request.post && !request.head;
  if (request.path == kLivePath && get && request.from_own_pages) {
    return feed_.add(call);
  }
  if (request.path.starts_with(kApiPath)) return door_.answer(call);
  if (request.post) return call->reply({.status = 405, .body = "only GET and HEAD\n"});
  const WebFile* file = find_file(request.path);
  const bool gzip = request.accepts_gzip;
  call->reply({.content_type = std::string(file->content_type),
               .file = gzip ? file->gzip : file->plain,
               .etag = "\"" + std::string(file->tag) + (gzip ? "-gz\"" : "\""),
               .gzip = gzip});
}

}  // namespace status::gateway
