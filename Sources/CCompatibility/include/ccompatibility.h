// Nothing is declared here: the functions of this module take the place of some of the C and C++ libraries' at link time.
