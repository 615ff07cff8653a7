// Loops that several threads share. Torch's own are inlined from its headers with the OpenMP of the compiler that compiles them,
// and this project's compiler has none; these ask the OpenMP that libtorch has loaded. Where that is another than
// libgomp, one thread does all.
#pragma once

#include <cstdint>
#include <functional>

namespace ct {

/// Calls `body(first, last)` for parts of 0..<count on as many threads as an operation called from this one may use.
/// All parts but the last are multiples of `grain`. Rethrows what a part throws.
void parallel_for(int64_t count, int64_t grain, const std::function<void(int64_t first, int64_t last)> &body);

}  // namespace ct
