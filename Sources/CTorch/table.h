// The table of functions that stands between the program and the library libCTorch, which is compiled against one libtorch.
//
// The list is kept by hand beside the declarations of ctorch.h and ctorch_device.h; a function that differs from its
// declaration does not compile. Included by both sides.
#ifndef CTORCH_TABLE_H
#define CTORCH_TABLE_H

#include "include/ctorch.h"

/// Every function behind the table, in its order.
///
/// FUNCTION(result, name, parameters, arguments) gives zero, false or NULL on failure, FUNCTION_OR its first argument;
/// ACTION gives nothing.
// clang-format off
#define CTORCH_FUNCTIONS(FUNCTION, FUNCTION_OR, ACTION) \
  ACTION(ct_skip_cleanup, (void), ()) \
  FUNCTION(bool, ct_set_threads, (int32_t count), (count)) \
  FUNCTION(int32_t, ct_threads, (void), ()) \
  ACTION(ct_release_memory, (void), ()) \
  ACTION(ct_limit_memory, (uint64_t bytes), (bytes)) \
  FUNCTION(bool, ct_set_grad_enabled, (bool enabled), (enabled)) \
  FUNCTION(bool, ct_set_autocast, (ct_device device, bool enabled, ct_dtype dtype), (device, enabled, dtype)) \
  FUNCTION(bool, ct_set_deterministic_cudnn, (bool enabled), (enabled)) \
  FUNCTION(bool, ct_load_cuda, (void), ()) \
  FUNCTION(int32_t, ct_cuda_count, (void), ()) \
  FUNCTION_OR(-1, int64_t, ct_peak_device_memory, (ct_device device), (device)) \
  FUNCTION_OR(-1, int64_t, ct_free_device_memory, (ct_device device), (device)) \
  FUNCTION(bool, ct_forget_peak_device_memory, (ct_device device), (device)) \
  FUNCTION(ct_generator *, ct_generator_new, (uint64_t seed, ct_device device), (seed, device)) \
  ACTION(ct_generator_free, (ct_generator *generator), (generator)) \
  ACTION(ct_free, (ct_tensor *tensor), (tensor)) \
  FUNCTION(ct_tensor *, ct_zeros, \
    (const int64_t *sizes, size_t rank, ct_dtype dtype, ct_device device), \
    (sizes, rank, dtype, device)) \
  FUNCTION(ct_tensor *, ct_empty, \
    (const int64_t *sizes, size_t rank, ct_dtype dtype, ct_device device, bool channels_last), \
    (sizes, rank, dtype, device, channels_last)) \
  FUNCTION(ct_tensor *, ct_full, \
    (const int64_t *sizes, size_t rank, double value, ct_dtype dtype, ct_device device), \
    (sizes, rank, value, dtype, device)) \
  FUNCTION(int64_t, ct_rank, (const ct_tensor *tensor), (tensor)) \
  ACTION(ct_sizes, (const ct_tensor *tensor, int64_t *sizes), (tensor, sizes)) \
  ACTION(ct_strides, (const ct_tensor *tensor, int64_t *strides), (tensor, strides)) \
  FUNCTION(int64_t, ct_count, (const ct_tensor *tensor), (tensor)) \
  FUNCTION(ct_dtype, ct_dtype_of, (const ct_tensor *tensor), (tensor)) \
  FUNCTION(ct_device, ct_device_of, (const ct_tensor *tensor), (tensor)) \
  FUNCTION(void *, ct_data, (const ct_tensor *tensor), (tensor)) \
  FUNCTION(bool, ct_is_dense, (const ct_tensor *tensor), (tensor)) \
  FUNCTION(ct_tensor *, ct_contiguous, (const ct_tensor *tensor, bool channels_last), (tensor, channels_last)) \
  FUNCTION(ct_tensor *, ct_to, (const ct_tensor *tensor, ct_dtype dtype, ct_device device), (tensor, dtype, device)) \
  FUNCTION(ct_tensor *, ct_clone, (const ct_tensor *tensor), (tensor)) \
  FUNCTION(ct_tensor *, ct_detach, (const ct_tensor *tensor), (tensor)) \
  FUNCTION(bool, ct_copy, (ct_tensor *destination, const ct_tensor *source), (destination, source)) \
  FUNCTION(ct_tensor *, ct_reshape, \
    (const ct_tensor *tensor, const int64_t *sizes, size_t rank), \
    (tensor, sizes, rank)) \
  FUNCTION(ct_tensor *, ct_as_strided, \
    (const ct_tensor *tensor, const int64_t *sizes, const int64_t *strides, size_t rank, int64_t offset), \
    (tensor, sizes, strides, rank, offset)) \
  FUNCTION(ct_tensor *, ct_narrow, \
    (const ct_tensor *tensor, int64_t dimension, int64_t start, int64_t length), \
    (tensor, dimension, start, length)) \
  FUNCTION(ct_tensor *, ct_permute, \
    (const ct_tensor *tensor, const int64_t *order, size_t rank), \
    (tensor, order, rank)) \
  FUNCTION(bool, ct_item, (const ct_tensor *tensor, double *value), (tensor, value)) \
  FUNCTION(ct_tensor *, ct_add, (const ct_tensor *a, const ct_tensor *b), (a, b)) \
  FUNCTION(ct_tensor *, ct_subtract, (const ct_tensor *a, const ct_tensor *b), (a, b)) \
  FUNCTION(ct_tensor *, ct_multiply, (const ct_tensor *a, const ct_tensor *b), (a, b)) \
  FUNCTION(ct_tensor *, ct_sum, (const ct_tensor *tensor), (tensor)) \
  FUNCTION(ct_tensor *, ct_norm, (const ct_tensor *tensor), (tensor)) \
  FUNCTION(ct_tensor *, ct_clamp_minimum, (const ct_tensor *tensor, double minimum), (tensor, minimum)) \
  FUNCTION(ct_tensor *, ct_reciprocal, (const ct_tensor *tensor), (tensor)) \
  FUNCTION(bool, ct_add_scaled, (ct_tensor *a, const ct_tensor *b, double scale), (a, b, scale)) \
  FUNCTION(bool, ct_scale, (ct_tensor *a, double scale), (a, scale)) \
  FUNCTION(bool, ct_multiply_in_place, (ct_tensor *a, const ct_tensor *b), (a, b)) \
  FUNCTION(bool, ct_fill, (ct_tensor *tensor, double value), (tensor, value)) \
  FUNCTION(bool, ct_fill_normal, \
    (ct_tensor *tensor, double mean, double deviation, ct_generator *generator), \
    (tensor, mean, deviation, generator)) \
  FUNCTION(bool, ct_fill_uniform, \
    (ct_tensor *tensor, double low, double high, ct_generator *generator), \
    (tensor, low, high, generator)) \
  FUNCTION(ct_tensor *, ct_pad, \
    (const ct_tensor *tensor, const int64_t *amounts, size_t count), \
    (tensor, amounts, count)) \
  FUNCTION(ct_tensor *, ct_relu, (const ct_tensor *tensor), (tensor)) \
  FUNCTION(bool, ct_relu_in_place, (ct_tensor *tensor), (tensor)) \
  FUNCTION(ct_tensor *, ct_average_pool, \
    (const ct_tensor *tensor, int64_t kernel, bool partial), \
    (tensor, kernel, partial)) \
  FUNCTION(ct_tensor *, ct_concatenate, \
    (const ct_tensor *const *tensors, size_t count, int64_t dimension), \
    (tensors, count, dimension)) \
  FUNCTION(ct_tensor *, ct_global_average, (const ct_tensor *tensor), (tensor)) \
  FUNCTION(ct_tensor *, ct_cross_entropy, (const ct_tensor *logits, const ct_tensor *labels), (logits, labels)) \
  FUNCTION(ct_tensor *, ct_smoothed_cross_entropy, \
    (const ct_tensor *logits, const ct_tensor *labels, const ct_tensor *weights, double smoothing), \
    (logits, labels, weights, smoothing)) \
  FUNCTION(ct_tensor *, ct_count_correct, (const ct_tensor *logits, const ct_tensor *labels), (logits, labels)) \
  FUNCTION(bool, ct_set_kernels, (const char *name), (name)) \
  FUNCTION_OR("", const char *, ct_kernels, (void), ()) \
  FUNCTION(uint64_t, ct_multiply_adds, (void), ()) \
  FUNCTION(ct_tensor *, ct_batch_norm, (const ct_tensor *input, const ct_batch_norm_layer *layer), (input, layer)) \
  FUNCTION(ct_tensor *, ct_batch_norm_relu, \
    (const ct_tensor *input, const ct_batch_norm_layer *layer), \
    (input, layer)) \
  FUNCTION(ct_tensor *, ct_conv2d, \
    (const ct_tensor *input, const ct_batch_norm_layer *rectified_by, const ct_tensor *weight, const ct_tensor \
     *base, int64_t stride, int64_t padding), \
    (input, rectified_by, weight, base, stride, padding)) \
  FUNCTION(ct_tensor *, ct_linear, \
    (const ct_tensor *input, const ct_tensor *weight, const ct_tensor *bias), \
    (input, weight, bias)) \
  FUNCTION(bool, ct_nesterov_step, \
    (ct_tensor *values, ct_tensor *gradients, ct_tensor *accumulated, double decay, double clip_norm, double \
     momentum, double rate), \
    (values, gradients, accumulated, decay, clip_norm, momentum, rate)) \
  FUNCTION(bool, ct_scale_and_add, \
    (ct_tensor *branch, const ct_tensor *base, const ct_tensor *forward, const ct_tensor *backward), \
    (branch, base, forward, backward)) \
  FUNCTION(bool, ct_set_requires_grad, (ct_tensor *tensor, bool requires_grad), (tensor, requires_grad)) \
  FUNCTION(bool, ct_backward, (const ct_tensor *loss), (loss)) \
  FUNCTION(ct_tensor *, ct_gradient, (const ct_tensor *tensor), (tensor)) \
  FUNCTION(bool, ct_set_gradient, (ct_tensor *tensor, const ct_tensor *gradient), (tensor, gradient)) \
  FUNCTION(bool, ct_set_data, (ct_tensor *tensor, const ct_tensor *data), (tensor, data)) \
  FUNCTION(ct_stream *, ct_stream_new, (ct_device device), (device)) \
  ACTION(ct_stream_free, (ct_stream *stream), (stream)) \
  FUNCTION(int64_t, ct_stream_id, (const ct_stream *stream), (stream)) \
  FUNCTION(ct_stream_scope *, ct_stream_enter, (const ct_stream *stream), (stream)) \
  ACTION(ct_stream_leave, (ct_stream_scope *scope), (scope)) \
  FUNCTION(bool, ct_stream_synchronize, (const ct_stream *stream), (stream)) \
  FUNCTION(ct_event *, ct_event_record, (const ct_stream *stream), (stream)) \
  FUNCTION(bool, ct_event_wait, (const ct_event *event), (event)) \
  ACTION(ct_event_free, (ct_event *event), (event)) \
  FUNCTION(ct_tensor *, ct_empty_pinned, \
    (const int64_t *sizes, size_t rank, ct_dtype dtype, bool channels_last), \
    (sizes, rank, dtype, channels_last)) \
  FUNCTION(bool, ct_copy_without_waiting, (ct_tensor *destination, const ct_tensor *source), (destination, source)) \
  FUNCTION(ct_tensor *, ct_rows, (const ct_tensor *table, const ct_tensor *rows), (table, rows)) \
  FUNCTION(bool, ct_can_record, (void), ()) \
  FUNCTION(ct_recording *, ct_record, (bool (*body)(void *context), void *context), (body, context)) \
  FUNCTION(bool, ct_replay, (const ct_recording *recording), (recording)) \
  ACTION(ct_recording_free, (ct_recording *recording), (recording))
// clang-format on

#define CTORCH_FIELD(result, name, parameters, arguments) result(*name) parameters;
#define CTORCH_FIELD_OR(failed, result, name, parameters, arguments) result(*name) parameters;
#define CTORCH_ACTION_FIELD(name, parameters, arguments) void(*name) parameters;

typedef struct {
  /// What the library was compiled with: the functions' declarations, and libtorch's version.
  const char *declarations, *torch_version;
  const char *(*error)(void);
  CTORCH_FUNCTIONS(CTORCH_FIELD, CTORCH_FIELD_OR, CTORCH_ACTION_FIELD)
} ctorch_table;

#define CTORCH_TEXT(result, name, parameters, arguments) #result " " #name #parameters "\n"
#define CTORCH_TEXT_OR(failed, result, name, parameters, arguments) #result " " #name #parameters "\n"
#define CTORCH_ACTION_TEXT(name, parameters, arguments) #name #parameters "\n"

/// Differs where a table has other functions, another order or other parameters.
#define CTORCH_DECLARATIONS CTORCH_FUNCTIONS(CTORCH_TEXT, CTORCH_TEXT_OR, CTORCH_ACTION_TEXT)

/// The name of the library's only open function, a `const ctorch_table *(void)`.
#define CTORCH_ENTRY "ctorch"

#endif
