// Threads that the system refuses.
//
// Some libraries cannot continue without a thread that they ask for: OpenMP and GLib end the program themselves, Dispatch and
// Foundation ask or wait without end. So the C library's function is wrapped here: what is refused to them ends the program with
// a line. All other callers get the error, as before.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "internal.h"

#ifdef __GLIBC__

/// The C library's own function.
int cprocess_create_thread(pthread_t *thread, const pthread_attr_t *attributes, cprocess_routine body, void *argument) {
  static __typeof__(&pthread_create) found;
  __typeof__(&pthread_create) function = __atomic_load_n(&found, __ATOMIC_RELAXED);
  if (function == NULL) {
    function = (__typeof__(&pthread_create))dlsym(RTLD_NEXT, "pthread_create");
    __atomic_store_n(&found, function, __ATOMIC_RELAXED);
  }
  return function(thread, attributes, body, argument);
}

/// Who asks for a thread.
enum asker { other, openmp, helpless };

static enum asker asker_at(const void *caller) {
  static const char *const names[] = {"libglib", "librsvg", "libdispatch", "libFoundation"};
  Dl_info place;
  if (dladdr(caller, &place) == 0 || place.dli_fname == NULL) return other;
  const char *const slash = strrchr(place.dli_fname, '/');
  const char *const name = slash != NULL ? slash + 1 : place.dli_fname;
  if (strncmp(name, "libgomp", 7) == 0) return openmp;
  for (size_t index = 0; index < sizeof names / sizeof names[0]; index++) {
    if (strncmp(name, names[index], strlen(names[index])) == 0) return helpless;
  }
  return other;
}

/// Whether there is no memory for another stack.
static int is_memory_missing(const pthread_attr_t *attributes) {
  size_t bytes = 8 * CPROCESS_ENOUGH_STACK;
  if (attributes != NULL) pthread_attr_getstacksize(attributes, &bytes);
  void *const stack = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (stack == MAP_FAILED) return 1;
  munmap(stack, bytes);
  return 0;
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, cprocess_routine body, void *argument) {
  const enum asker asker = asker_at(__builtin_return_address(0));
  const __typeof__(&cprocess_create_thread) start = asker == openmp ? cprocess_create_member : cprocess_create_thread;
  int code = start(thread, attributes, body, argument);
  if (code == 0 || asker == other) return code;
  // The system counts a thread for a moment after its end.
  for (int round = 0; round < 200 && code == EAGAIN; round++) {
    usleep(1000);
    code = start(thread, attributes, body, argument);
  }
  if (code == 0) return code;
  if (is_memory_missing(attributes)) cprocess_memory_is_used_up(0);
  cprocess_fail(
    (const char *const[]){
      "cannot start a thread: ", strerror(code),
      "; the limit of processes and threads (ulimit -u, or the container's) is reached: raise it, end other programs, or ask "
      "for fewer with --threads or --concurrency", NULL});
}

#endif
