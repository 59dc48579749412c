# Builds for 64-bit ARM on another machine, with Debian's cross compiler (g++-aarch64-linux-gnu) and an
# unpacked arm64 userland that has the libraries: SPLITBENCH_SYSROOT. See scripts/check_arm64.

set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES SPLITBENCH_SYSROOT)
if(NOT SPLITBENCH_SYSROOT)
  message(FATAL_ERROR "name the arm64 userland with -DSPLITBENCH_SYSROOT=FOLDER")
endif()

set(CMAKE_SYSROOT "${SPLITBENCH_SYSROOT}")
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
# Libraries of libraries (LibTorch has some eighty) are looked for in the userland, too.
set(library_folders "${CMAKE_SYSROOT}/usr/lib/aarch64-linux-gnu")
set(blas_folder "${library_folders}/openblas-openmp")  # Debian links it by update-alternatives
set(CMAKE_EXE_LINKER_FLAGS_INIT "-Wl,-rpath-link,${library_folders}:${blas_folder}")
set(CMAKE_SHARED_LINKER_FLAGS_INIT "${CMAKE_EXE_LINKER_FLAGS_INIT}")
set(CMAKE_MODULE_LINKER_FLAGS_INIT "${CMAKE_EXE_LINKER_FLAGS_INIT}")

set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(ENV{PKG_CONFIG_SYSROOT_DIR} "${CMAKE_SYSROOT}")
set(ENV{PKG_CONFIG_LIBDIR}
  "${CMAKE_SYSROOT}/usr/lib/aarch64-linux-gnu/pkgconfig:${CMAKE_SYSROOT}/usr/share/pkgconfig")
# The tests are built, to be run by an emulator; nothing is run while building.
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64-static -L "${CMAKE_SYSROOT}")
