#include <ATen/ops/add.h>
#include <ATen/ops/argmax.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/clamp_min.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/norm.h>
#include <ATen/ops/reciprocal.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/sub.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/zeros.h>

#include <optional>
#include <vector>

#include "handles.hpp"

namespace {

at::IntArrayRef list(const int64_t *values, size_t count) { return {values, count}; }

at::MemoryFormat format(bool channels_last) {
  return channels_last ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous;
}

}  // namespace

void ct_free(ct_tensor *tensor) { delete tensor; }

ct_tensor *ct_zeros(const int64_t *sizes, size_t rank, ct_dtype dtype, ct_device device) {
  return ct::tensor([&] { return at::zeros(list(sizes, rank), ct::options(dtype, device)); });
}

ct_tensor *ct_empty(const int64_t *sizes, size_t rank, ct_dtype dtype, ct_device device, bool channels_last) {
  return ct::tensor(
    [&] { return at::empty(list(sizes, rank), ct::options(dtype, device), format(channels_last)); });
}

ct_tensor *ct_full(const int64_t *sizes, size_t rank, double value, ct_dtype dtype, ct_device device) {
  return ct::tensor([&] { return at::full(list(sizes, rank), value, ct::options(dtype, device)); });
}

int64_t ct_rank(const ct_tensor *tensor) { return tensor->value.dim(); }

void ct_sizes(const ct_tensor *tensor, int64_t *sizes) {
  for (const auto size : tensor->value.sizes()) *sizes++ = size;
}

void ct_strides(const ct_tensor *tensor, int64_t *strides) {
  for (const auto stride : tensor->value.strides()) *strides++ = stride;
}

int64_t ct_count(const ct_tensor *tensor) { return tensor->value.numel(); }

ct_dtype ct_dtype_of(const ct_tensor *tensor) { return static_cast<ct_dtype>(tensor->value.scalar_type()); }

ct_device ct_device_of(const ct_tensor *tensor) {
  const auto device = tensor->value.device();
  return ct_device{device.is_cpu() ? -1 : device.index()};
}

void *ct_data(const ct_tensor *tensor) {
  return ct::guarded<void *>(nullptr, [&] { return tensor->value.data_ptr(); });
}

bool ct_is_dense(const ct_tensor *tensor) {
  return ct::guarded(false, [&] { return tensor->value.is_non_overlapping_and_dense(); });
}

ct_tensor *ct_contiguous(const ct_tensor *tensor, bool channels_last) {
  return ct::tensor([&] { return tensor->value.contiguous(format(channels_last)); });
}

ct_tensor *ct_to(const ct_tensor *tensor, ct_dtype dtype, ct_device device) {
  return ct::tensor([&] { return tensor->value.to(ct::device(device), ct::scalar_type(dtype)); });
}

ct_tensor *ct_clone(const ct_tensor *tensor) {
  return ct::tensor([&] { return tensor->value.clone(); });
}

ct_tensor *ct_detach(const ct_tensor *tensor) {
  return ct::tensor([&] { return tensor->value.detach(); });
}

bool ct_copy(ct_tensor *destination, const ct_tensor *source) {
  return ct::effect([&] { destination->value.copy_(source->value); });
}

ct_tensor *ct_reshape(const ct_tensor *tensor, const int64_t *sizes, size_t rank) {
  return ct::tensor([&] { return tensor->value.reshape(list(sizes, rank)); });
}

ct_tensor *ct_as_strided(
  const ct_tensor *tensor, const int64_t *sizes, const int64_t *strides, size_t rank, int64_t offset) {
  return ct::tensor(
    [&] { return tensor->value.as_strided(list(sizes, rank), list(strides, rank), offset); });
}

ct_tensor *ct_narrow(const ct_tensor *tensor, int64_t dimension, int64_t start, int64_t length) {
  return ct::tensor([&] { return tensor->value.narrow(dimension, start, length); });
}

ct_tensor *ct_permute(const ct_tensor *tensor, const int64_t *order, size_t rank) {
  return ct::tensor([&] { return tensor->value.permute(list(order, rank)); });
}

bool ct_item(const ct_tensor *tensor, double *value) {
  return ct::effect([&] { *value = tensor->value.item<double>(); });
}

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
