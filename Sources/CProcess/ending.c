// The last line of a program that cannot go on.
#include <stdatomic.h>
#include <string.h>
#include <sys/param.h>
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
  // Of several threads that end here, one writes.
  static atomic_flag is_ending = ATOMIC_FLAG_INIT;
  while (atomic_flag_test_and_set(&is_ending)) pause();
  char line[5000] = "Error: ";
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

void cprocess_memory_is_used_up(size_t bytes) {
  char digits[24];
  const char *const cure =
    "; end other programs, raise the limit (ulimit -v), or ask for less: a smaller --batch-size, --train-size, "
    "--image-size or --concurrency";
  if (bytes == 0) cprocess_fail((const char *const[]){"the memory is used up", cure, NULL});
  cprocess_fail(
    (const char *const[]){
      "the memory is used up: the system refused ", cprocess_digits(bytes, digits), " bytes", cure, NULL});
}
