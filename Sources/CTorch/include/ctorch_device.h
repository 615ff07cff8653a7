// The part of the interface that only CUDA devices need: streams, events, pinned memory, recorded work.
//
// Everything but recordings is libtorch's interface for any device, so it is compiled without CUDA's headers. Recordings
// are in the library CTorchCUDA, which is loaded when it is first asked for. The rules are those of ctorch.h.
#ifndef CTORCH_DEVICE_H
#define CTORCH_DEVICE_H

#include "ctorch.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ct_stream ct_stream;
typedef struct ct_stream_scope ct_stream_scope;
typedef struct ct_event ct_event;
typedef struct ct_recording ct_recording;

/// A stream of a CUDA device, one of the 32 of it that libtorch lends in turn.
ct_stream *ct_stream_new(ct_device device);
void ct_stream_free(ct_stream *stream);
/// Which of its device's streams it is.
int64_t ct_stream_id(const ct_stream *stream);
/// Makes the stream the one that this thread's work goes to, until `ct_stream_leave` on the same thread.
ct_stream_scope *ct_stream_enter(const ct_stream *stream);
void ct_stream_leave(ct_stream_scope *scope);
/// Returns when everything handed to the stream is done.
bool ct_stream_synchronize(const ct_stream *stream);

/// A mark after what was handed to the stream so far.
ct_event *ct_event_record(const ct_stream *stream);
/// Returns when the device has come to the mark.
bool ct_event_wait(const ct_event *event);
void ct_event_free(ct_event *event);

/// A CPU tensor whose memory a CUDA device reads by itself.
ct_tensor *ct_empty_pinned(const int64_t *sizes, size_t rank, ct_dtype dtype, bool channels_last);
/// Copies without waiting for the device where the CPU's side is pinned.
bool ct_copy_without_waiting(ct_tensor *destination, const ct_tensor *source);
/// The rows of `table` [R,…] that `rows` (int64, [N]) names.
ct_tensor *ct_rows(const ct_tensor *table, const ct_tensor *rows);

/// Whether work can be recorded; if not, `ct_error` says what is missing.
bool ct_can_record(void);
/// Calls `body` once and records, without doing it, what it hands to this thread's stream. NULL on failure; where `body`
/// returned false, `ct_error` is empty.
ct_recording *ct_record(bool (*body)(void *context), void *context);
/// Hands a recording to this thread's stream.
bool ct_replay(const ct_recording *recording);
void ct_recording_free(ct_recording *recording);

#ifdef __cplusplus
}
#endif

#endif
