// The C interface of libpba: augmentation policies on images in memory.
//
// A function that can fail takes `message`, memory of `room` bytes for the reason, which ends with a zero byte and is cut
// off where it does not fit; NULL where nobody reads it. A function that gives a text writes it to `text` in the same way
// and returns its whole length without the zero byte, so that a caller with too little room knows how much to bring.
//
// All functions may be called from several threads at once, and after a fork. Numbers and null or misaligned pointers that
// make no sense are refused with a message; memory that is not the caller's cannot be noticed.
#ifndef PBA_H
#define PBA_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// The version of this interface: 2. Another number is another interface.
int32_t pba_abi_version(void);

// Opens a policy and returns a handle, or 0.
//
// `policy` is a name, NAME@ORDER, the path of a schedule file, or the text of one. `settings` is a JSON object, each key
// of which may be missing or null:
//   epochs         length of the training, to which a schedule is stretched; a schedule's own otherwise
//   dataset        name by which autoaugment takes its policies; "cifar10" otherwise
//   order          "schedule", "shuffled" or "last"
//   trial          number of the trial whose random numbers are drawn; 0 otherwise
//   scale_to_size  whether lengths in pixels, published for 32 × 32, follow the size of the images; true otherwise
//   fill           colour [r, g, b] of pixels without data in 8-bit images; [124, 116, 104] otherwise
//   tail           what makes numbers of images, for pba_batch: an object with mean [r, g, b], std [r, g, b], both for
//                  values in 0…1, and what may be missing: crop_padding, flip, cutout, layout ("nchw" or "nhwc")
int64_t pba_open(const char *policy, uint64_t seed, const char *settings, char *message, int64_t room);

// Closes a handle; returns 0, or -1 if it is not open. Calls that use it meanwhile end as they would have.
int32_t pba_close(int64_t handle);

// Augments `length` samples into normalised numbers: operations, crop, flip, Cutout, normalisation. Returns 0 or -1.
//
// `images`: `count` images of height × width × 3 bytes, RGB. `places`: which of them each sample is, or NULL for one after
// another. `samples` and `epochs`: index and epoch of each sample, 0 to 2³² − 1; they select the random numbers.
// `output`: length × 3 × height × width numbers. `threads`: 1 to 256.
int32_t pba_batch(
  int64_t handle, const uint8_t *images, int64_t count, int64_t height, int64_t width, const int64_t *places,
  const int64_t *samples, const int64_t *epochs, int64_t length, int64_t threads, float *output, char *message,
  int64_t room);

// Applies the operations drawn for one sample to `count` images of its size, 8 bits in and out. Returns 0 or -1.
//
// `layout` is the order of the bytes of `images` and `output`, which may be the same memory:
//   0  count × height × width × 3: red, green, blue
//   1  count × 3 × height × width: plane after plane
//   2  count × height × width × 4: red, green, blue and a byte without meaning
int32_t pba_images(
  int64_t handle, const uint8_t *images, int64_t count, int64_t height, int64_t width, int32_t layout, int64_t sample,
  int64_t epoch, uint8_t *output, char *message, int64_t room);

// Moves labels of pixels as the operations drawn for a sample move its pixels. Returns 0 or -1.
//
// `labels` and `output`: height × width numbers; labels are 0 to 2²⁴ − 1. They may be the same memory. `fill` is the label
// of places without data.
int32_t pba_labels(
  int64_t handle, const int32_t *labels, int64_t height, int64_t width, int64_t sample, int64_t epoch, int32_t fill,
  int32_t *output, char *message, int64_t room);

// Describes what is drawn for a sample's image of a size, as a JSON object: `operations`, a list of objects with operation,
// parameter, magnitude, probability, center [x, y], key (a number below 2⁵³) and movement [a, b, c, d, e, f] (old x =
// a·x + b·y + c, old y = d·x + e·y + f; g and h too where both are divided by g·x + h·y + 1); and `tail`, where there is one, with shift [x, y], flipped and cutout [left, top, right, bottom].
// Returns the length, or -1.
int64_t pba_explain(
  int64_t handle, int64_t sample, int64_t epoch, int64_t height, int64_t width, char *text, int64_t text_room,
  char *message, int64_t room);

// Describes what was opened, as a JSON object: schedule (or null), order, epochs. Returns the length, or -1.
int64_t pba_describe(int64_t handle, char *text, int64_t text_room, char *message, int64_t room);

// Gives the schedule of a name, a file or a text as the text of its file, stretched unless `epochs` is 0. Returns the
// length, or -1.
int64_t pba_schedule(
  const char *policy, int64_t epochs, char *text, int64_t text_room, char *message, int64_t room);

// Lists `policies` (name, usage, summary) and `operations` (name, unit, signed, moves_pixels) as a JSON object. Returns the
// length.
int64_t pba_catalogue(char *text, int64_t text_room);

#ifdef __cplusplus
}
#endif

#endif
