# status_embed(TARGET [PATH FILE]...): builds files into a target, each as it is and compressed, as the table that
# supervisor/gateway/dashboard/files.h declares. PATH: under which they are served.
function(status_embed target)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${target}_files)
  set(files "")
  set(pairs ${ARGN})
  while(pairs)
    list(POP_FRONT pairs path file)
    list(APPEND files ${file})
  endwhile()
  set(script ${PROJECT_SOURCE_DIR}/cmake/embed_files.cmake)
  add_custom_command(OUTPUT ${output}.cpp
    COMMAND ${CMAKE_COMMAND} "-DOUTPUT=${output}" "-DPAIRS=${ARGN}" -P ${script}
    DEPENDS ${files} ${script}
    COMMENT "Embedding the files of ${target}" VERBATIM)
  target_sources(${target} PRIVATE ${output}.cpp)
  # It is made of assembler's directives: no header that is precompiled is of any use.
  set_source_files_properties(${output}.cpp PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
endfunction()
