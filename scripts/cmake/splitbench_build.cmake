# How every target of the project is compiled, and the helper that makes a module's library.

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
  set(CMAKE_C_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()

# Flags and the include root (`#include "core/tensor.h"`) in one interface target.
add_library(splitbench_options INTERFACE)
target_compile_features(splitbench_options INTERFACE cxx_std_17)
target_include_directories(splitbench_options INTERFACE "${PROJECT_SOURCE_DIR}/lib")
target_compile_options(splitbench_options INTERFACE -Wall -Wextra -Wshadow -Wnon-virtual-dtor)
target_compile_definitions(splitbench_options INTERFACE
  SPLITBENCH_VERSION="${PROJECT_VERSION}" SPLITBENCH_BUILD_TYPE="${CMAKE_BUILD_TYPE}")
if(SPLITBENCH_SANITIZE)
  target_compile_options(splitbench_options INTERFACE
    -fsanitize=${SPLITBENCH_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
  target_link_options(splitbench_options INTERFACE -fsanitize=${SPLITBENCH_SANITIZE})
endif()

# splitbench_module(name [DEPENDS module...] [LIBRARIES target...])
# A static library of every .cc file in lib/<name> and its folders, those left out that have their
# own CMakeLists.txt (plug-ins). Globbed, so that a new codec or dataset is one new file and no edit
# of a build file.
function(splitbench_module name)
  cmake_parse_arguments(arg "" "" "DEPENDS;LIBRARIES" ${ARGN})
  set(folder "${CMAKE_CURRENT_SOURCE_DIR}/${name}")
  file(GLOB sources CONFIGURE_DEPENDS "${folder}/*.cc" "${folder}/*/*.cc")
  file(GLOB plugins CONFIGURE_DEPENDS "${folder}/*/CMakeLists.txt")
  foreach(plugin IN LISTS plugins)
    get_filename_component(plugin "${plugin}" DIRECTORY)
    list(FILTER sources EXCLUDE REGEX "^${plugin}/")
  endforeach()
  add_library(splitbench_${name} STATIC ${sources})
  target_link_libraries(splitbench_${name} PUBLIC splitbench_options PRIVATE ${arg_LIBRARIES})
  foreach(module IN LISTS arg_DEPENDS)
    target_link_libraries(splitbench_${name} PUBLIC splitbench_${module})
  endforeach()
endfunction()
