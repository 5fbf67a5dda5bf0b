# fficheck_embed(<target> <function> <root> <file>...): compiles the text of files into <target>.
# Declare in C++:   std::map<std::string, std::string> <function>();   in namespace fficheck
# Keys are paths relative to <root>.
function(fficheck_embed target function root)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/${function}.cc)
  string(REPLACE ";" "," files "${ARGN}")
  add_custom_command(
    OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DFUNCTION=${function} -DROOT=${root} -DFILES=${files}
            -P ${PROJECT_SOURCE_DIR}/cmake/embed_script.cmake
    DEPENDS ${ARGN} ${PROJECT_SOURCE_DIR}/cmake/embed_script.cmake
    VERBATIM)
  target_sources(${target} PRIVATE ${out})
endfunction()
