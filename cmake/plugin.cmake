# tengen_plugin(name sources…) makes a shared library lib<name>.so for --plugin. It has its own copy of the parts of
# Tengen that it uses and exports only the symbol tengen_plugin, so that it depends on no symbol of the program.
function(tengen_plugin name)
  add_library(${name} MODULE ${ARGN})
  target_link_libraries(${name} PRIVATE tengen::envs)
  target_link_options(${name} PRIVATE LINKER:--exclude-libs,ALL)
  set_target_properties(${name} PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
endfunction()
