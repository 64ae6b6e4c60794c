// What liblogosdelivery of generation D calls back: three C functions, which hand everything to the process's
// CallbackSink.
#pragma once

#include <cstddef>

namespace status::native {

// Of calls without a struct; `text` is not ended by a zero.
using ScalarCallback = void (*)(int code, char* text, std::size_t size, void* user_data);
// Of calls with one; both texts are.
using RecordCallback = void (*)(int code, const char* reply, const char* error, void* user_data);
using EventCallback = void (*)(int code, const char* text, std::size_t size, void* user_data);

void on_scalar(int code, char* text, std::size_t size, void* user_data) noexcept;
void on_record(int code, const char* reply, const char* error, void* user_data) noexcept;
void on_event(int code, const char* text, std::size_t size, void* user_data) noexcept;

}  // namespace status::native
