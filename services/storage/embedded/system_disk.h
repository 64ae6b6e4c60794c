// A folder of the file system, 0700, files 0600.
#pragma once

#include "services/storage/embedded/disk.h"

namespace status::storage {

class SystemDisk final : public Disk {
 public:
  // Makes the folder if it is missing; the one that holds it exists.
  static Result<std::unique_ptr<SystemDisk>> at(std::string folder);

  Result<std::unique_ptr<DiskFile>> create(const std::string& name) override;
  Result<std::unique_ptr<DiskFile>> open(const std::string& name) override;
  Status remove(const std::string& name) override;
  Result<std::vector<DiskEntry>> list() override;
  Status sync_names() override;

 private:
  explicit SystemDisk(std::string folder) : folder_(std::move(folder)) {}
  std::string path_of(const std::string& name) const { return folder_ + "/" + name; }
  Result<std::unique_ptr<DiskFile>> open_with(const std::string& name, int flags);

  const std::string folder_;
};

}  // namespace status::storage
