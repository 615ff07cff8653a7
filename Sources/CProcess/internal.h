// What the files of this module share.
#pragma once

#include <pthread.h>
#include <stddef.h>

#include "cprocess.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Writes texts to standard error as one line and ends the program with code 1.
///
/// Takes no memory and no lock, so that it may be called at any moment. `texts` ends with a null pointer.
CPROCESS_NORETURN void cprocess_fail(const char *const *texts);

/// The digits of a number, at the end of `digits`.
const char *cprocess_digits(unsigned long long number, char digits[24]);

/// Whether the last block that this thread asked for, or the last mapping of any thread, was refused because memory is missing.
int cprocess_is_memory_refused(void);

/// Lets a C++ exception that is not caught end the program with a line where it is the system's refusal.
void cprocess_explain_exceptions(void);

/// The smallest stack that is taken as it is, in bytes.
enum { CPROCESS_ENOUGH_STACK = 1 << 20 };

typedef void *(*cprocess_routine)(void *);

/// Starts a thread by the C library's own function.
int cprocess_create_thread(
  pthread_t *thread, const pthread_attr_t *attributes, cprocess_routine body, void *argument);

/// Lets a member of this thread's teams that waits, or a new thread, run the body.
int cprocess_create_member(
  pthread_t *thread, const pthread_attr_t *attributes, cprocess_routine body, void *argument);

#ifdef __cplusplus
}
#endif
