// The library behind the table, loaded once.
#ifndef CTORCH_LOAD_H
#define CTORCH_LOAD_H

#include "table.h"

/// The table of the library, which the first call loads; NULL where that failed, then and ever after.
const ctorch_table *ctorch_loaded(void);
/// Why `ctorch_loaded` gave NULL.
const char *ctorch_load_error(void);

#endif
