#pragma once

#include <stddef.h>

// One HTTP GET by libcurl. The library is loaded when the first request is made, so that a program that never
// downloads runs without it.

/// Takes `count` bytes and returns how many it accepted; fewer than `count` ends the transfer.
typedef size_t (*ccurl_sink)(const char *bytes, size_t count, void *context);

/// What to ask for, and where the answer goes.
typedef struct {
  /// http or https.
  const char *url;
  /// Header lines such as "Range: bytes=10-", ended by a null pointer.
  const char *const *headers;
  /// Takes each line of each answer's head, those of redirections too.
  ccurl_sink on_header;
  /// Takes the answer's body.
  ccurl_sink on_body;
  /// Given to both.
  void *context;
} ccurl_request;

/// How a transfer ended.
typedef enum {
  CCURL_COMPLETE,
  /// The network or the server failed; it may work the next time.
  CCURL_BROKEN,
  /// It will fail again in the same way.
  CCURL_IMPOSSIBLE,
  /// The sink did not accept the bytes.
  CCURL_REFUSED,
} ccurl_end;

/// Carries out a request; where it does not complete, `message` says why.
ccurl_end ccurl_get(const ccurl_request *request, char *message, size_t message_size);
