#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>

#include "guard.hpp"

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
