// The last line of a program that cannot continue.
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/param.h>
#include <sys/resource.h>
#include <unistd.h>

#include "internal.h"

static void put(const char *text, size_t count) {
  while (count > 0) {
    const ssize_t written = write(STDERR_FILENO, text, count);
    if (written <= 0) return;
    text += written;
    count -= (size_t)written;
  }
}

void cprocess_fail(const char *const *texts) {
  // The handler of this signal ends here too, and would wait for what it has interrupted.
  sigset_t time;
  sigemptyset(&time);
  sigaddset(&time, SIGXCPU);
  pthread_sigmask(SIG_BLOCK, &time, NULL);
  // Of several threads that end here, one writes.
  static atomic_flag is_ending = ATOMIC_FLAG_INIT;
  while (atomic_flag_test_and_set(&is_ending)) pause();
  // Not on a stack that may be what is full.
  static char line[5000] = "Error: ";
  size_t count = strlen(line);
  for (; *texts != NULL; texts++) {
    const size_t length = MIN(strlen(*texts), sizeof line - 1 - count);
    memcpy(line + count, *texts, length);
    count += length;
  }
  line[count++] = '\n';
  put(line, count);
  // Not `exit`: that would run what may need memory, and take down what other threads still work with.
  _exit(1);
}

const char *cprocess_digits(unsigned long long number, char digits[24]) {
  char *place = digits + 23;
  *place = 0;
  do {
    *--place = (char)('0' + number % 10);
    number /= 10;
  } while (number > 0);
  return place;
}

/// A limit of this process's memory, in words; empty where it has none.
static void put_limit(char *text, size_t room) {
  static const struct {
    int resource;
    const char *name;
  } limits[] = {{RLIMIT_AS, " kB (ulimit -v)"}, {RLIMIT_DATA, " kB (ulimit -d)"}};
  text[0] = 0;
  for (size_t index = 0; index < sizeof limits / sizeof limits[0]; index++) {
    struct rlimit limit;
    char digits[24];
    if (getrlimit(limits[index].resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) continue;
    strncat(text, index == 0 || text[0] == 0 ? "; the limit is " : " and ", room - strlen(text) - 1);
    strncat(text, cprocess_digits(limit.rlim_cur / 1024, digits), room - strlen(text) - 1);
    strncat(text, limits[index].name, room - strlen(text) - 1);
  }
}

void cprocess_memory_is_used_up(size_t bytes) {
  char digits[24], limit[160];
  put_limit(limit, sizeof limit);
  cprocess_fail(
    (const char *const[]){
      "the memory is used up", bytes > 0 ? ": the system refused " : "", bytes > 0 ? cprocess_digits(bytes, digits) : "",
      bytes > 0 ? " bytes" : "", limit, limit[0] ? ": raise it, end" : "; end",
      " other programs, or ask for less: a smaller --batch-size, --train-size, --image-size, --concurrency, --threads or "
      "--scale", NULL});
}
