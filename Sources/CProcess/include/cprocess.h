// What holds for the whole process: what it finds open when it starts, its stack, and how it ends where the system refuses.
//
// A part of this happens by itself, before any library's own code runs; see start.c. It works where a program links this
// module; libraries and tests do not.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
#define CPROCESS_NORETURN [[noreturn]]
#else
#define CPROCESS_NORETURN _Noreturn
#endif

#ifdef __cplusplus
extern "C" {
#endif

/// Lets memory that runs out, and a mapped file that is cut, end the program with a line on standard error and code 1.
///
/// Other faults end it as they did before this call.
void cprocess_explain_faults(void);

/// Calls the body on a stack that is large enough, whatever `ulimit -s` says, and waits for its end.
///
/// Returns 0, or the system's number of what prevents it; then the body was not called.
int cprocess_with_stack(void (*body)(void));

/// Says that this thread begins, or ends, what takes a refusal of memory for an error and goes on.
///
/// It matters where the standard library of Swift is a part of the program, whose requests then look like those of any other
/// part.
void cprocess_expect_refusals(bool begins);

/// Ends the program with code 1 and a line that says that the memory is used up.
///
/// - bytes: how many were asked for last; 0 where that is not known.
CPROCESS_NORETURN void cprocess_memory_is_used_up(size_t bytes);

#ifdef __cplusplus
}
#endif
