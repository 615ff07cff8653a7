// Which kernels this processor runs.
#include <cstdlib>
#include <cstring>
#include <optional>

#include "kernels.hpp"

namespace ct::kernels {

#if defined(__x86_64__)
namespace avx512 {
extern const Kernels table;
}
namespace avx2 {
extern const Kernels table;
}
#elif defined(__aarch64__)
namespace neon {
extern const Kernels table;
}
#endif

namespace {

/// Those this processor can run, the best first.
const Kernels *available(int index) {
#if defined(__x86_64__)
  const bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool has_avx512 = has_avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                          __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
  const Kernels *const tables[] = {has_avx512 ? &avx512::table : nullptr, has_avx2 ? &avx2::table : nullptr};
#elif defined(__aarch64__)
  const Kernels *const tables[] = {&neon::table};
#else
  const Kernels *const tables[] = {nullptr};
#endif
  for (const Kernels *table : tables)
    if (table && index-- == 0) return table;
  return nullptr;
}

struct Choice {
  const Kernels *kernels;
};

/// The kernels of that name, a null pointer in it for libtorch's own; nothing if this processor has not got them.
std::optional<Choice> choice_of(const char *name) {
  if (std::strcmp(name, "plain") == 0) return Choice{nullptr};
  if (std::strcmp(name, "best") == 0) return Choice{available(0)};
  for (int index = 0; const Kernels *table = available(index); ++index)
    if (std::strcmp(table->name, name) == 0) return Choice{table};
  return std::nullopt;
}

/// What threads use that have not chosen for themselves. A wrong name is reported when the program starts.
const Kernels *of_process() {
  static const Kernels *const kernels = [] {
    const char *wanted = std::getenv("PBA_KERNELS");
    return choice_of(wanted && *wanted ? wanted : "best").value_or(Choice{available(0)}).kernels;
  }();
  return kernels;
}

thread_local std::optional<Choice> of_thread;

}  // namespace

int64_t tiles_at_once(int64_t inputs, int64_t outputs) {
  // Few enough for the second cache; but the weights, and the sums of their gradient, are fetched again for each piece.
  return inputs + outputs <= 384 ? 24 : 240;
}

int64_t convolution_scratch(int64_t inputs, int64_t outputs) {
  return PLACES * (tiles_at_once(inputs, outputs) * (inputs + outputs) + 32);
}

const Kernels *chosen() { return of_thread ? of_thread->kernels : of_process(); }

const Kernels *named(const char *name) { return choice_of(name).value_or(Choice{nullptr}).kernels; }

bool choose(const char *name) {
  const auto choice = choice_of(name);
  if (choice) of_thread = choice;
  return choice.has_value();
}

bool has_matrix_unit() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("amx-bf16");
#else
  return false;
#endif
}

}  // namespace ct::kernels
