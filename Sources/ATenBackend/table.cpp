// The library's only open function: the table through which a program calls all others.
#include "../CTorch/table.h"

#include <torch/headeronly/version.h>

#include "aten_backend.h"
#include "guard.hpp"

#define ENTRY(result, name, parameters, arguments) name,
#define ENTRY_OR(failed, result, name, parameters, arguments) name,
#define ACTION_ENTRY(name, parameters, arguments) name,

const void *ctorch(void) {
  static const ctorch_table table{
    CTORCH_DECLARATIONS, TORCH_VERSION, [] { return ct::last_error().c_str(); },
    CTORCH_FUNCTIONS(ENTRY, ENTRY_OR, ACTION_ENTRY)};
  return &table;
}
