# `cmake --install`: the program, its plug-ins beside it, and the profiles it names.

include(GNUInstallDirs)
install(TARGETS splitbench RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
if(SPLITBENCH_TORCH)
  install(TARGETS splitbench_torch LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/splitbench)
endif()
if(SPLITBENCH_IMAGE)
  install(TARGETS splitbench_image LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/splitbench)
endif()
if(SPLITBENCH_MPI)
  install(TARGETS splitbench_mpi LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/splitbench)
endif()
install(DIRECTORY profiles/ DESTINATION ${CMAKE_INSTALL_DATADIR}/splitbench/profiles)
