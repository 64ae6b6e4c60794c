// A terminal that is drawn anew all the time and read key by key. One thread.
#pragma once

#include <termios.h>

#include <chrono>
#include <string>

namespace status::cli {

enum class Key { none, other, up, down, enter, escape, quit };

struct KeyPress {
  Key key = Key::none;
  char letter = 0;  // of `other`
};

// Takes the terminal over for its lifetime, and gives it back as it was. Control-C ends the program as ever, after the
// terminal has been given back.
class LiveTerminal {
 public:
  LiveTerminal();
  ~LiveTerminal();
  LiveTerminal(const LiveTerminal&) = delete;
  LiveTerminal& operator=(const LiveTerminal&) = delete;

  // Lines that do not fit are cut.
  void draw(const std::string& text) const;
  // The next key within `patience`; Key::none without one, Key::quit for q, Control-C and the end of input.
  static KeyPress wait_key(std::chrono::milliseconds patience);

 private:
  termios before_{};
};

}  // namespace status::cli
