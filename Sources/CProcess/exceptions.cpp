// C++ exceptions that are not caught, as in a thread or while a library is loaded.
#include <exception>
#include <new>
#include <system_error>

#include "internal.h"

namespace {

std::terminate_handler earlier = nullptr;

[[noreturn]] void explain() {
  if (const auto exception = std::current_exception()) {
    try {
      std::rethrow_exception(exception);
    } catch (const std::bad_alloc &) {
      cprocess_memory_is_used_up(0);
    } catch (const std::system_error &error) {
      const char *const texts[] = {"the system refused: ", error.what(), nullptr};
      cprocess_fail(texts);
    } catch (...) {
    }
  }
  earlier();
  __builtin_trap();
}

}  // namespace

void cprocess_explain_exceptions(void) { earlier = std::set_terminate(explain); }
