// The functions of ctorch.h and ctorch_device.h as the program calls them: each goes on to the loaded library's.
#include "load.h"
#include "table.h"

#define FORWARD_OR(failed, result, name, parameters, arguments) \
  result name parameters { \
    const ctorch_table *const functions = ctorch_loaded(); \
    if (functions == NULL) return failed; \
    return functions->name arguments; \
  }
#define FORWARD(result, name, parameters, arguments) FORWARD_OR((result){0}, result, name, parameters, arguments)
#define FORWARD_ACTION(name, parameters, arguments) \
  void name parameters { \
    const ctorch_table *const functions = ctorch_loaded(); \
    if (functions != NULL) functions->name arguments; \
  }

CTORCH_FUNCTIONS(FORWARD, FORWARD_OR, FORWARD_ACTION)

const char *ct_error(void) {
  const ctorch_table *const functions = ctorch_loaded();
  return functions != NULL ? functions->error() : ctorch_load_error();
}

bool ct_load(void) { return ctorch_loaded() != NULL; }
