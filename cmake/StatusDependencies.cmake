# What the tree is built on; deploy/packages says which Debian package brings each and why.
find_package(PkgConfig REQUIRED)
find_package(Boost 1.74 REQUIRED)
find_package(nng REQUIRED)
find_package(spdlog REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(GTest REQUIRED)
find_package(prometheus-cpp REQUIRED)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(seccomp REQUIRED IMPORTED_TARGET libseccomp)
pkg_check_modules(sqlcipher REQUIRED IMPORTED_TARGET sqlcipher)
# Debian installs the configuration of the target `msgpackc-cxx` under the name msgpack.
find_package(msgpack REQUIRED)
include(GoogleTest)
