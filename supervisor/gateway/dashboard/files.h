// The files of the dashboard, built into the gateway: those of gateway/web and Chart.js. The table is made by the build
// (cmake/StatusEmbed.cmake). Any thread.
#pragma once

#include <span>
#include <string_view>

namespace status::gateway {

struct WebFile {
  std::string_view path;  // "/app.css"
  std::string_view content_type;
  std::string_view tag;  // of its content
  std::string_view plain;
  std::string_view gzip;
};

std::span<const WebFile> web_files();

}  // namespace status::gateway
