// Where the files of a node are (WIRE.md section 4). Any thread.
#pragma once

#include <string>

namespace status::supervisor {

// Absolute paths.
struct NodePaths {
  std::string data_dir;
  std::string run_dir;

  std::string lock() const { return data_dir + "/lock"; }
  std::string configuration() const { return data_dir + "/node.toml"; }
  std::string grants() const { return data_dir + "/grants.toml"; }
  std::string node_key() const { return data_dir + "/node.key"; }
  std::string state() const { return data_dir + "/state"; }
  std::string logs() const { return data_dir + "/logs"; }
  std::string crash() const { return data_dir + "/crash"; }
  std::string third_party() const { return data_dir + "/modules.d"; }
  std::string data_of(const std::string& module) const { return data_dir + "/profiles/default/" + module; }
  std::string run_of(const std::string& module) const { return run_dir + "/" + module; }
  // What front ends know: a link to the gateway's own socket, so that the gateway can write to its own folder alone.
  std::string front_socket() const { return run_dir + "/supervisor.sock"; }
  std::string socket_of(const std::string& module) const { return run_of(module) + "/rpc.sock"; }
  std::string token() const { return run_dir + "/token"; }
};

}  // namespace status::supervisor
