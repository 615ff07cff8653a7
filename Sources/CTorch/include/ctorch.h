// A small C interface over libtorch: what the networks, the optimiser and the checkpoints of this project need.
//
// The program does not link libtorch. A function of this header goes on to the library libCTorch, which is compiled against
// one libtorch; the first call loads both.
//
// Rules of this interface:
// - A `ct_tensor *` that a function returns belongs to the caller, who gives it back with `ct_free`.
// - A function that can fail returns NULL or false; `ct_error()` then holds torch's own text for this thread.
// - No C++ type and no exception passes this header.
#ifndef CTORCH_H
#define CTORCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ct_tensor ct_tensor;
typedef struct ct_generator ct_generator;

typedef enum { CT_UINT8 = 0, CT_INT64 = 4, CT_FLOAT32 = 6, CT_FLOAT64 = 7, CT_BOOL = 11, CT_BFLOAT16 = 15 } ct_dtype;

/// A device: `index` < 0 is the CPU, otherwise the number of a CUDA device.
typedef struct {
  int32_t index;
} ct_device;

// --- loading (load.c, forward.c) ---

/// Loads libtorch and libCTorch, unless that is done. Where it gives false all other functions fail too, with the same
/// `ct_error()`.
///
/// libtorch is the one in the folder that the variable LIBTORCH names, otherwise the first on the library search path.
bool ct_load(void);
/// Has `prepare` called once, by the thread that loads and before any other thread's call goes on; it may call functions of
/// this header. Where it gives false, loading has failed with its `ct_error()`. Call this before anything is loaded.
void ct_when_loaded(bool (*prepare)(void));
/// The text of this thread's last failure; valid until the next call on this thread.
const char *ct_error(void);
/// The version of libtorch that this was compiled for, such as 2.11.0. Loads nothing.
const char *ct_built_version(void);
/// The version of the libtorch that is loaded; empty where it does not say.
const char *ct_loaded_version(void);

// --- settings (runtime.cpp) ---

/// Lets the program end without libtorch taking its tables apart, which the end of the process does at once. What is
/// loaded later still cleans up.
void ct_skip_cleanup(void);
/// Threads that one operation called from this thread may use.
bool ct_set_threads(int32_t count);
int32_t ct_threads(void);
/// Autograd on or off for this thread; returns what it was.
bool ct_set_grad_enabled(bool enabled);
/// Mixed precision for this thread on the kind of device `device` is.
bool ct_set_autocast(ct_device device, bool enabled, ct_dtype dtype);
/// Lets cuDNN take only kernels that give the same bits every time, chosen without trials.
bool ct_set_deterministic_cudnn(bool enabled);
/// Loads libtorch_cuda, from beside libtorch or else from the library search path; false where there is none.
bool ct_load_cuda(void);
/// CUDA devices that can be used, 0 where there is none or libtorch_cuda is not loaded.
int32_t ct_cuda_count(void);
/// The most bytes of a CUDA device's memory that were reserved at once since the start, or since the last call of
/// `ct_forget_peak_device_memory`; -1 on failure.
int64_t ct_peak_device_memory(ct_device device);
/// The bytes of a CUDA device's memory that are free; -1 on failure.
int64_t ct_free_device_memory(ct_device device);
/// Gives memory of a CUDA device that is reserved but not in use back to it, and counts the peak from then on again.
bool ct_forget_peak_device_memory(ct_device device);

// --- memory of CPU tensors (memory.cpp) ---

/// Gives memory that is kept for later tensors back to the system.
void ct_release_memory(void);
/// How much memory the process may have in all, in bytes: a large CPU tensor beyond that is an error. 0 = whatever the system gives.
void ct_limit_memory(uint64_t bytes);

// --- generators (runtime.cpp) ---

ct_generator *ct_generator_new(uint64_t seed, ct_device device);
void ct_generator_free(ct_generator *generator);

// --- tensors (tensor.cpp) ---

void ct_free(ct_tensor *tensor);
ct_tensor *ct_zeros(const int64_t *sizes, size_t rank, ct_dtype dtype, ct_device device);
ct_tensor *ct_empty(const int64_t *sizes, size_t rank, ct_dtype dtype, ct_device device, bool channels_last);
ct_tensor *ct_full(const int64_t *sizes, size_t rank, double value, ct_dtype dtype, ct_device device);
int64_t ct_rank(const ct_tensor *tensor);
/// Writes `ct_rank` numbers.
void ct_sizes(const ct_tensor *tensor, int64_t *sizes);
void ct_strides(const ct_tensor *tensor, int64_t *strides);
int64_t ct_count(const ct_tensor *tensor);
ct_dtype ct_dtype_of(const ct_tensor *tensor);
ct_device ct_device_of(const ct_tensor *tensor);
/// The first element of a dense CPU tensor, NULL on failure or for no elements; it lives as long as the tensor.
void *ct_data(const ct_tensor *tensor);
/// Whether the elements fill their memory without gaps and without sharing, in whatever order.
bool ct_is_dense(const ct_tensor *tensor);
ct_tensor *ct_contiguous(const ct_tensor *tensor, bool channels_last);
ct_tensor *ct_to(const ct_tensor *tensor, ct_dtype dtype, ct_device device);
ct_tensor *ct_clone(const ct_tensor *tensor);
ct_tensor *ct_detach(const ct_tensor *tensor);
bool ct_copy(ct_tensor *destination, const ct_tensor *source);
ct_tensor *ct_reshape(const ct_tensor *tensor, const int64_t *sizes, size_t rank);
ct_tensor *ct_as_strided(
  const ct_tensor *tensor, const int64_t *sizes, const int64_t *strides, size_t rank, int64_t offset);
ct_tensor *ct_narrow(const ct_tensor *tensor, int64_t dimension, int64_t start, int64_t length);
ct_tensor *ct_permute(const ct_tensor *tensor, const int64_t *order, size_t rank);
/// The value of a tensor of one element.
bool ct_item(const ct_tensor *tensor, double *value);

// --- arithmetic and layers (operations.cpp) ---

ct_tensor *ct_add(const ct_tensor *a, const ct_tensor *b);
ct_tensor *ct_subtract(const ct_tensor *a, const ct_tensor *b);
ct_tensor *ct_multiply(const ct_tensor *a, const ct_tensor *b);
ct_tensor *ct_sum(const ct_tensor *tensor);
ct_tensor *ct_norm(const ct_tensor *tensor);
ct_tensor *ct_clamp_minimum(const ct_tensor *tensor, double minimum);
ct_tensor *ct_reciprocal(const ct_tensor *tensor);
/// a += scale * b, in place.
bool ct_add_scaled(ct_tensor *a, const ct_tensor *b, double scale);
/// a *= scale, in place.
bool ct_scale(ct_tensor *a, double scale);
/// a *= b, in place.
bool ct_multiply_in_place(ct_tensor *a, const ct_tensor *b);
bool ct_fill(ct_tensor *tensor, double value);
bool ct_fill_normal(ct_tensor *tensor, double mean, double deviation, ct_generator *generator);
bool ct_fill_uniform(ct_tensor *tensor, double low, double high, ct_generator *generator);

/// Zero padding of the last dimensions: pairs (before, after), last dimension first.
ct_tensor *ct_pad(const ct_tensor *tensor, const int64_t *amounts, size_t count);
ct_tensor *ct_relu(const ct_tensor *tensor);
/// max(0, x), in place.
bool ct_relu_in_place(ct_tensor *tensor);
/// Means of kernel × kernel tiles; `partial` keeps the tiles that the lower and right edges cut.
ct_tensor *ct_average_pool(const ct_tensor *tensor, int64_t kernel, bool partial);
/// The tensors one after the other along a dimension.
ct_tensor *ct_concatenate(const ct_tensor *const *tensors, size_t count, int64_t dimension);
/// Mean over height and width: [N,C,H,W] to [N,C].
ct_tensor *ct_global_average(const ct_tensor *tensor);
/// Mean softmax cross-entropy of logits [N,K] and labels [N] (int64).
ct_tensor *ct_cross_entropy(const ct_tensor *logits, const ct_tensor *labels);
/// The same with weights [K] of the classes, or NULL, and a share of every label that goes to all classes.
ct_tensor *ct_smoothed_cross_entropy(const ct_tensor *logits, const ct_tensor *labels, const ct_tensor *weights,
                                     double smoothing);
/// How many rows of logits [N,K] have their maximum at the label, an int64 tensor of one element.
ct_tensor *ct_count_correct(const ct_tensor *logits, const ct_tensor *labels);

// --- what training spends its time in (convolution.cpp, batch_norm.cpp, optimizer.cpp) ---
// On the CPU these use the kernels of kernels/ where they fit, which give the same bits for any number of threads.

/// For this thread: the kernels "avx512", "avx2" or "neon", the processor's "best", or "plain" for libtorch's own
/// operations. Gives false and changes nothing if this processor has not got them.
bool ct_set_kernels(const char *name);
/// The name of the kernels that this thread uses: what it chose, otherwise what the variable PBA_KERNELS names,
/// otherwise the best.
const char *ct_kernels(void);

/// Multiplications, each with its addition, that convolutions and linear layers called from this thread have made, as
/// the plain sums need them. Those of the backward pass are not counted.
uint64_t ct_multiply_adds(void);

/// A layer of batch norm. In training it takes the batch's own statistics, and moves the running ones towards them.
typedef struct {
  const ct_tensor *weight, *bias;
  ct_tensor *running_mean, *running_variance;
  bool training;
  double momentum, epsilon;
} ct_batch_norm_layer;

/// The input, normalised for each channel over all images and pixels.
ct_tensor *ct_batch_norm(const ct_tensor *input, const ct_batch_norm_layer *layer);
/// max(0, `ct_batch_norm`).
ct_tensor *ct_batch_norm_relu(const ct_tensor *input, const ct_batch_norm_layer *layer);
/// Two-dimensional convolution without bias, padding and stride the same in both directions: of `input`, or where
/// `rectified_by` is not NULL of its `ct_batch_norm_relu`; plus `base`, of the output's shape, where that is not NULL.
/// What does not fit into one pass over memory is done in several.
ct_tensor *ct_conv2d(
  const ct_tensor *input, const ct_batch_norm_layer *rectified_by, const ct_tensor *weight, const ct_tensor *base,
  int64_t stride, int64_t padding);
ct_tensor *ct_linear(const ct_tensor *input, const ct_tensor *weight, const ct_tensor *bias);
/// One step of stochastic gradient descent over flat vectors, in place: g += decay * v; g *= clip / max(clip, |g|);
/// a = momentum * a + g; v -= rate * (g + momentum * a). What it leaves in `gradients` must not be used.
bool ct_nesterov_step(
  ct_tensor *values, ct_tensor *gradients, ct_tensor *accumulated, double decay, double clip_norm, double momentum,
  double rate);

// --- autograd (autograd.cpp) ---

/// branch = forward * branch + base, in place, with one factor for each place of the first dimension.
/// In the backward pass the branch receives the gradient times `backward` in place of `forward`.
bool ct_scale_and_add(ct_tensor *branch, const ct_tensor *base, const ct_tensor *forward, const ct_tensor *backward);
bool ct_set_requires_grad(ct_tensor *tensor, bool requires_grad);
bool ct_backward(const ct_tensor *loss);
/// The gradient, or NULL with an empty `ct_error()` where there is none.
ct_tensor *ct_gradient(const ct_tensor *tensor);
/// Makes `gradient` the memory that backward adds to.
bool ct_set_gradient(ct_tensor *tensor, const ct_tensor *gradient);
/// Lets the tensor show `data` from now on, keeping its identity in the autograd graph.
bool ct_set_data(ct_tensor *tensor, const ct_tensor *data);

#ifdef __cplusplus
}
#endif

// The rest of the interface, which only CUDA devices need.
#include "ctorch_device.h"

#endif
