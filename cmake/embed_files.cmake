# Writes OUTPUT.cpp: a table of files and their bytes. PAIRS is a list of path and file, one after the other. Run by the build.
set(type_of.html "text/html; charset=utf-8")
set(type_of.css "text/css; charset=utf-8")
set(type_of.js "text/javascript; charset=utf-8")
set(type_of.svg "image/svg+xml")
set(bytes "")
set(rows "")
set(count 0)
file(MAKE_DIRECTORY ${OUTPUT})

# What the assembler puts into the program, between two names.
macro(add_bytes name file)
  string(APPEND bytes "BYTES(${name}, \"${file}\");\n")
endmacro()

while(PAIRS)
  list(POP_FRONT PAIRS path file)
  get_filename_component(ending ${path} LAST_EXT)
  set(type "${type_of${ending}}")
  if(NOT type)
    message(FATAL_ERROR "${path}: of which content type is ${ending}?")
  endif()
  set(compressed ${OUTPUT}/${count}.gz)
  execute_process(COMMAND gzip --best --no-name --stdout ${file} OUTPUT_FILE ${compressed} COMMAND_ERROR_IS_FATAL ANY)
  # The hash is the entity tag. It also makes another source of another content, which the compiler's cache would not see.
  file(SHA256 ${file} hash)
  string(SUBSTRING ${hash} 0 32 tag)
  add_bytes(status_web_plain_${count} ${file})
  add_bytes(status_web_gzip_${count} ${compressed})
  string(APPEND rows
    "      {\"${path}\", \"${type}\", \"${tag}\", VIEW(status_web_plain_${count}), VIEW(status_web_gzip_${count})},\n")
  math(EXPR count "${count} + 1")
endwhile()

file(WRITE ${OUTPUT}.cpp "// Made by cmake/embed_files.cmake.
#include \"supervisor/gateway/dashboard/files.h\"

#define BYTES(name, file)                                                                    \\
  asm(\".section .rodata\\n.global \" #name \"\\n.hidden \" #name \"\\n\" #name \":\\n.incbin \\\"\" file \"\\\"\\n\" \\
      \".global \" #name \"_end\\n.hidden \" #name \"_end\\n\" #name \"_end:\\n.byte 0\\n.previous\");                      \\
  extern \"C\" const char name[];                                                              \\
  extern \"C\" const char name##_end[]
#define VIEW(name) std::string_view(name, static_cast<std::size_t>(name##_end - name))

${bytes}
namespace status::gateway {

std::span<const WebFile> web_files() {
  static const WebFile kFiles[] = {
${rows}  };
  return kFiles;
}

}  // namespace status::gateway
")
