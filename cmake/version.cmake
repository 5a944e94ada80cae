# Writes the version and the git revision to OUTPUT; touches the file only when they change.
# cmake -DSOURCE=… -DOUTPUT=… -DVERSION=… -DBUILD_TYPE=… -P version.cmake
set(revision unknown)
set(modified false)
find_program(GIT git)
if(GIT)
  execute_process(COMMAND ${GIT} rev-parse --short=10 HEAD WORKING_DIRECTORY ${SOURCE}
    OUTPUT_VARIABLE hash OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  if(NOT failed)
    set(revision ${hash})
    execute_process(COMMAND ${GIT} status --porcelain --untracked-files=no WORKING_DIRECTORY ${SOURCE}
      OUTPUT_VARIABLE changes ERROR_QUIET)
    if(changes)
      set(modified true)
    endif()
  endif()
endif()
set(text "#include \"experiments/runs/version.hpp\"

namespace tengen {
const std::string_view kVersion = \"${VERSION}\";
const std::string_view kRevision = \"${revision}\";
const bool kModified = ${modified};
const std::string_view kBuildType = \"${BUILD_TYPE}\";
}  // namespace tengen
")
if(EXISTS ${OUTPUT})
  file(READ ${OUTPUT} before)
endif()
if(NOT text STREQUAL "${before}")
  file(WRITE ${OUTPUT} "${text}")
endif()
