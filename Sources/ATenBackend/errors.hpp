// The one place where exceptions become error values.
#pragma once

#include <c10/util/Exception.h>

#include <oneapi/dnnl/dnnl_common.hpp>

#include <exception>
#include <new>
#include <string>

namespace ct {

inline std::string &last_error() {
  static thread_local std::string text;
  return text;
}

/// What is said where the system refuses memory.
inline constexpr const char *no_memory =
  "the memory is used up; raise the limit of memory (ulimit -v or -d), or ask for smaller batches, smaller images or fewer trainings "
  "at once";

/// Runs `body`; an exception leaves its text in `last_error` and gives `failed`.
template <typename Result, typename Body>
Result guarded(Result failed, Body &&body) noexcept {
  try {
    last_error().clear();
    return body();
  } catch (const c10::Error &error) {
    last_error() = error.what_without_backtrace();
  } catch (const dnnl::error &error) {
    // Its text is the same whatever the reason.
    last_error() = error.status == dnnl_out_of_memory ? no_memory : error.what();
  } catch (const std::bad_alloc &) {
    last_error() = no_memory;
  } catch (const std::exception &error) {
    last_error() = error.what();
  } catch (...) {
    last_error() = "an exception of an unknown type";
  }
  return failed;
}

/// Runs `body` for its effect.
template <typename Body>
bool effect(Body &&body) noexcept {
  return guarded(false, [&] {
    body();
    return true;
  });
}

}  // namespace ct
