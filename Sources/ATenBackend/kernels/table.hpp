// The table of one instruction set, whose NAME, LANES and namespace KERNELS are defined by who includes this, after
// kernels.hpp.
namespace ct::kernels::KERNELS {
namespace {

#pragma clang fp contract(off)
#include "vector.hpp"
#include "batch_norm.hpp"
#include "nesterov.hpp"
#include "winograd.hpp"

template <typename T>
constexpr ElementKernels<T> of_element() {
  return {convolve<T>,         add_weight_gradient<T>, moments<T>,       normalize_and_rectify<T>,
          gradient_moments<T>, input_gradient<T>};
}

}  // namespace

extern const Kernels table;
const Kernels table = {NAME,           of_element<float>(),    of_element<bfloat16>(), pack_weights,
                       unpack_weight_gradient, decay_gradient, nesterov};

}  // namespace ct::kernels::KERNELS
