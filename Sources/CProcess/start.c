// What happens before any library's own code runs.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/auxv.h>
#endif

#include "internal.h"

/// Opens the standard descriptors that are closed: the next files that are opened must not get their numbers, or what is
/// printed would go into them.
static void open_standard_descriptors(void) {
  for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; descriptor++) {
    if (fcntl(descriptor, F_GETFD) != -1 || errno != EBADF) continue;
    // The system gives the lowest number that is free, which is this one.
    if (open("/dev/null", O_RDWR) == -1) (void)open("/", O_RDONLY);
  }
}

/// Gives threads stacks of their usual size where the limit is smaller.
static void enlarge_thread_stacks(void) {
#ifdef __GLIBC__
  struct rlimit limit;
  if (getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur >= CPROCESS_ENOUGH_STACK) return;
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return;
  if (pthread_attr_setstacksize(&attributes, 2 * CPROCESS_ENOUGH_STACK) == 0) pthread_setattr_default_np(&attributes);
  pthread_attr_destroy(&attributes);
#endif
}

/// Ends the program where the stack has no room for what libraries do while they are loaded.
///
/// They take some 23 kB from here on, and their overflow would end the program by a signal.
static void require_stack(void) {
#ifdef __linux__
  const size_t needed = 25 << 10;
  struct rlimit limit;
  if (getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur >= CPROCESS_ENOUGH_STACK) return;
  // The stack begins with the environment, of which this is the last text.
  const char *const last = (const char *)getauxval(AT_EXECFN);
  if (last == NULL) return;
  const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  const uintptr_t top = ((uintptr_t)last + strlen(last) + sizeof(void *) + page) / page * page;
  if (top - (uintptr_t)__builtin_frame_address(0) + needed <= limit.rlim_cur) return;
  char digits[24];
  cprocess_fail(
    (const char *const[]){
      "the stack is too small: found a limit of ", cprocess_digits(limit.rlim_cur / 1024, digits),
      " kB (ulimit -s), expected 1024 or more; raise it", NULL});
#endif
}

/// The limit of processor time when the program began, in seconds: the system raises it when it tells that it is reached.
static rlim_t time_limit = RLIM_INFINITY;

/// The system asks a program that has used its time to end, and ends it by force later on.
static void on_time_limit(int number) {
  (void)number;
  char digits[24];
  const int is_known = time_limit != RLIM_INFINITY;
  cprocess_fail(
    (const char *const[]){
      "the processor time is used up", is_known ? "; the limit is " : "", is_known ? cprocess_digits(time_limit, digits) : "",
      is_known ? " s" : "", " (ulimit -t); raise it, and continue a run with --resume", NULL});
}

/// Lets the end of the processor time end the program with a line.
static void explain_time_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_CPU, &limit) == 0) time_limit = limit.rlim_cur;
  // If this signal was ignored at the start, the program is meant to continue beyond the limit.
  if (signal(SIGXCPU, on_time_limit) == SIG_IGN) signal(SIGXCPU, SIG_IGN);
}

static void begin(void) {
  require_stack();
  open_standard_descriptors();
  enlarge_thread_stacks();
  // A file that becomes too large is then an error of the call that writes it.
  signal(SIGXFSZ, SIG_IGN);
  explain_time_limit();
  cprocess_explain_exceptions();
}

#ifdef __linux__
// Called by the loader before the first library's constructors.
__attribute__((section(".preinit_array"), used)) static void (*const first)(void) = begin;
#else
__attribute__((constructor)) static void first(void) { begin(); }
#endif
