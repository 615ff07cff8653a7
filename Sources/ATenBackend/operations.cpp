#include <ATen/ops/add.h>
#include <ATen/ops/argmax.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/clamp_min.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/norm.h>
#include <ATen/ops/reciprocal.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/sub.h>
#include <ATen/ops/sum.h>

#include <optional>
#include <vector>

#include "guard.hpp"

ct_tensor *ct_add(const ct_tensor *a, const ct_tensor *b) {
  return ct::tensor([&] { return at::add(a->value, b->value); });
}

ct_tensor *ct_subtract(const ct_tensor *a, const ct_tensor *b) {
  return ct::tensor([&] { return at::sub(a->value, b->value); });
}

ct_tensor *ct_multiply(const ct_tensor *a, const ct_tensor *b) {
  return ct::tensor([&] { return at::mul(a->value, b->value); });
}

ct_tensor *ct_sum(const ct_tensor *tensor) {
  return ct::tensor([&] { return at::sum(tensor->value); });
}

ct_tensor *ct_norm(const ct_tensor *tensor) {
  return ct::tensor([&] { return at::norm(tensor->value); });
}

ct_tensor *ct_clamp_minimum(const ct_tensor *tensor, double minimum) {
  return ct::tensor([&] { return at::clamp_min(tensor->value, minimum); });
}

ct_tensor *ct_reciprocal(const ct_tensor *tensor) {
  return ct::tensor([&] { return at::reciprocal(tensor->value); });
}

bool ct_add_scaled(ct_tensor *a, const ct_tensor *b, double scale) {
  // Torch refuses a fraction as the factor of whole numbers, even if it is 1.0.
  return ct::effect([&] { a->value.add_(b->value, scale == 1 ? at::Scalar(1) : at::Scalar(scale)); });
}

bool ct_scale(ct_tensor *a, double scale) {
  return ct::effect([&] { a->value.mul_(scale); });
}

bool ct_multiply_in_place(ct_tensor *a, const ct_tensor *b) {
  return ct::effect([&] { a->value.mul_(b->value); });
}

bool ct_fill(ct_tensor *tensor, double value) {
  return ct::effect([&] { tensor->value.fill_(value); });
}

bool ct_fill_normal(ct_tensor *tensor, double mean, double deviation, ct_generator *generator) {
  return ct::effect([&] { tensor->value.normal_(mean, deviation, generator->value); });
}

bool ct_fill_uniform(ct_tensor *tensor, double low, double high, ct_generator *generator) {
  return ct::effect([&] { tensor->value.uniform_(low, high, generator->value); });
}

ct_tensor *ct_pad(const ct_tensor *tensor, const int64_t *amounts, size_t count) {
  return ct::tensor([&] { return at::constant_pad_nd(tensor->value, at::IntArrayRef(amounts, count)); });
}

ct_tensor *ct_relu(const ct_tensor *tensor) {
  return ct::tensor([&] { return at::relu(tensor->value); });
}

bool ct_relu_in_place(ct_tensor *tensor) {
  return ct::effect([&] { at::relu_(tensor->value); });
}

ct_tensor *ct_average_pool(const ct_tensor *tensor, int64_t kernel, bool partial) {
  return ct::tensor(
    [&] { return at::avg_pool2d(tensor->value, kernel, kernel, /*padding=*/0, /*ceil_mode=*/partial); });
}

ct_tensor *ct_concatenate(const ct_tensor *const *tensors, size_t count, int64_t dimension) {
  return ct::tensor([&] {
    std::vector<at::Tensor> values;
    for (size_t index = 0; index < count; ++index) values.push_back(tensors[index]->value);
    return at::cat(values, dimension);
  });
}

ct_tensor *ct_global_average(const ct_tensor *tensor) {
  return ct::tensor([&] { return at::mean(tensor->value, {2, 3}); });
}

ct_tensor *ct_cross_entropy(const ct_tensor *logits, const ct_tensor *labels) {
  return ct::tensor([&] { return at::cross_entropy_loss(logits->value, labels->value); });
}

ct_tensor *ct_smoothed_cross_entropy(const ct_tensor *logits, const ct_tensor *labels, const ct_tensor *weights,
                                     double smoothing) {
  return ct::tensor([&] {
    // libtorch wants scores and weights of one type; a reduced one would round the weights.
    auto type = logits->value.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
    std::optional<at::Tensor> factors;
    if (weights) factors = weights->value.to(type);
    return at::cross_entropy_loss(logits->value.to(type), labels->value, factors, at::Reduction::Mean,
                                  /*ignore_index=*/-100, smoothing);
  });
}

ct_tensor *ct_count_correct(const ct_tensor *logits, const ct_tensor *labels) {
  return ct::tensor([&] { return at::argmax(logits->value, 1).eq(labels->value).sum(); });
}
