# What the tree is built on; deploy/packages says which Debian package brings each and why.
find_package(PkgConfig REQUIRED)
find_package(Boost 1.74 REQUIRED COMPONENTS filesystem)
find_package(nng REQUIRED)
find_package(spdlog REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(GTest REQUIRED)
find_package(prometheus-cpp REQUIRED)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(seccomp REQUIRED IMPORTED_TARGET libseccomp)
pkg_check_modules(isal REQUIRED IMPORTED_TARGET libisal)
pkg_check_modules(re2 REQUIRED IMPORTED_TARGET re2)
pkg_check_modules(sqlcipher REQUIRED IMPORTED_TARGET sqlcipher)
# Debian installs the configuration of the target `msgpackc-cxx` under the name msgpack.
find_package(msgpack REQUIRED)
include(GoogleTest)
# The charts of the dashboard: built into the gateway, loaded by browsers.
find_file(STATUS_CHART_JS chart.min.js PATHS /usr/share/javascript/chart.js NO_DEFAULT_PATH REQUIRED)
