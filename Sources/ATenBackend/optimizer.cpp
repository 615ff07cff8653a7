#include <ATen/ops/norm.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "guard.hpp"
#include "kernels/kernels.hpp"
#include "parallel.hpp"

namespace {

/// Parameters that one thread takes at a time. Fixed, so that the norm does not depend on the number of threads.
constexpr int64_t PIECE = 1 << 16;

bool takes_kernels(const at::Tensor &tensor, int64_t count) {
  return ct::kernels::chosen() && tensor.device().is_cpu() && tensor.scalar_type() == at::kFloat &&
         tensor.is_contiguous() && tensor.numel() == count;
}

}  // namespace

bool ct_nesterov_step(
  ct_tensor *values, ct_tensor *gradients, ct_tensor *accumulated, double decay, double clip_norm, double momentum,
  double rate) {
  return ct::effect([&] {
    const c10::NoGradGuard no_gradients;
    const auto &v = values->value, &g = gradients->value, &a = accumulated->value;
    if (!takes_kernels(v, v.numel()) || !takes_kernels(g, v.numel()) || !takes_kernels(a, v.numel())) {
      g.add_(v, decay);
      g.mul_(at::norm(g).clamp_min_(clip_norm).reciprocal_().mul_(clip_norm));
      a.mul_(momentum).add_(g);
      v.add_(g, -rate).add_(a, -rate * momentum);
      return;
    }
    const auto &kernels = *ct::kernels::chosen();
    const int64_t count = v.numel(), pieces = (count + PIECE - 1) / PIECE;
    std::vector<double> squares(pieces);
    const auto for_pieces = [&](const auto &body) {
      ct::parallel_for(pieces, 1, [&](int64_t first, int64_t last) {
        for (int64_t piece = first; piece < last; ++piece)
          body(piece, piece * PIECE, std::min(PIECE, count - piece * PIECE));
      });
    };
    for_pieces([&](int64_t piece, int64_t start, int64_t length) {
      squares[piece] = kernels.decay_gradient(
        g.data_ptr<float>() + start, v.data_ptr<float>() + start, length, static_cast<float>(decay));
    });
    double sum = 0;
    for (const double part : squares) sum += part;
    const double norm = std::sqrt(sum);
    // Not-a-number must stay one, so that a diverged training is seen.
    const double factor = norm <= clip_norm ? 1 : clip_norm / norm;
    for_pieces([&](int64_t, int64_t start, int64_t length) {
      kernels.nesterov(
        v.data_ptr<float>() + start, g.data_ptr<float>() + start, a.data_ptr<float>() + start, length,
        static_cast<float>(factor), static_cast<float>(momentum), static_cast<float>(rate));
    });
  });
}
