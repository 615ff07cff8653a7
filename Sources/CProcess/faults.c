// Faults that the system, not the program, is the reason of.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <ucontext.h>
#include <unistd.h>

#include "internal.h"

static const int faults[] = {SIGBUS, SIGSEGV, SIGILL, SIGTRAP, SIGABRT};
enum { FAULTS = sizeof faults / sizeof faults[0] };

/// Nothing is ever mapped below this address; see proc(5), mmap_min_addr.
enum { LOWEST_ADDRESS = 1 << 16 };

/// What was done about each fault before.
static struct sigaction earlier[FAULTS];

/// The number before `end`, to the base 16.
static uintptr_t hexadecimal(const char *text, char end) {
  uintptr_t number = 0;
  for (; *text != 0 && *text != end; text++) {
    const unsigned digit = *text <= '9' ? (unsigned)(*text - '0') : (unsigned)(*text - 'a') + 10;
    number = number * 16 + digit;
  }
  return number;
}

/// The file that is mapped at an address, in `line`; null where there is none. See proc(5), /proc/pid/maps.
static const char *file_at(uintptr_t address, char *line, size_t room) {
  const int maps = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
  if (maps == -1) return NULL;
  char piece[4096];
  size_t length = 0;
  const char *found = NULL;
  for (ssize_t count; found == NULL && (count = read(maps, piece, sizeof piece)) > 0;) {
    for (ssize_t place = 0; place < count && found == NULL; place++) {
      if (piece[place] != '\n') {
        if (length + 1 < room) line[length++] = piece[place];
        continue;
      }
      line[length] = 0;
      length = 0;
      const char *const dash = strchr(line, '-');
      if (dash == NULL || address < hexadecimal(line, '-') || address >= hexadecimal(dash + 1, ' ')) continue;
      found = strchr(line, '/');
      if (found == NULL) found = "";
    }
  }
  close(maps);
  return found != NULL && *found != 0 ? found : NULL;
}

/// Where the thread's stack stands; 0 where that is not known.
static uintptr_t stack_pointer(const void *context) {
#if defined(__linux__) && defined(__x86_64__)
  return (uintptr_t)((const ucontext_t *)context)->uc_mcontext.gregs[REG_RSP];
#elif defined(__linux__) && defined(__aarch64__)
  return (uintptr_t)((const ucontext_t *)context)->uc_mcontext.sp;
#else
  (void)context;
  return 0;
#endif
}

/// Ends the program where the stack cannot grow.
static void explain_stack(uintptr_t address, const void *context) {
  const uintptr_t top = stack_pointer(context);
  const uintptr_t reach = 1 << 20;
  if (top == 0 || address + reach < top || address > top + reach) return;
  struct rlimit limit;
  if (getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur < CPROCESS_ENOUGH_STACK) {
    char digits[24];
    cprocess_fail(
      (const char *const[]){
        "the stack is full: found a limit of ", cprocess_digits(limit.rlim_cur / 1024, digits),
        " kB (ulimit -s), expected 1024 or more; raise it", NULL});
  }
  if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) cprocess_memory_is_used_up(0);
}

/// Whether hardly any more files may be open; other threads may have closed some meanwhile.
static int are_files_used_up(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  int missing = 16;
  for (rlim_t file = 0; file < limit.rlim_cur && missing > 0; file++) {
    if (fcntl((int)file, F_GETFD) == -1) missing--;
  }
  return missing > 0;
}

static void on_fault(int number, siginfo_t *info, void *context) {
  const int code = errno;
  if (number == SIGBUS && info->si_code == BUS_ADRERR) {
    char line[4500];
    const char *const file = file_at((uintptr_t)info->si_addr, line, sizeof line);
    if (file != NULL) {
      cprocess_fail(
        (const char *const[]){
          file, ": found its end before that of what was in use, expected a file that nobody cuts meanwhile, on a disk "
          "that works; start again, and make the file again where it is damaged", NULL});
    }
  }
  if (number == SIGSEGV && info->si_code > 0) explain_stack((uintptr_t)info->si_addr, context);
  // A library that takes no refusal into account continues with the null pointer, or ends the program.
  const int is_null = number == SIGSEGV && info->si_code == SEGV_MAPERR && (uintptr_t)info->si_addr < LOWEST_ADDRESS;
  const int is_end = (number == SIGILL || number == SIGTRAP || number == SIGABRT) &&
    (info->si_code > 0 || info->si_pid == getpid());
  if ((is_null || is_end) && cprocess_is_memory_refused()) cprocess_memory_is_used_up(0);
  // The number alone may be that of an error long ago.
  if (is_end && code == EMFILE && are_files_used_up()) {
    // Another thread may have met the same refusal, and be about to end the program with the name of the file.
    poll(NULL, 0, 300);
    cprocess_fail((const char *const[]){"no more files may be open; raise the limit (ulimit -n)", NULL});
  }
  errno = code;
  for (int place = 0; place < FAULTS; place++) {
    if (faults[place] != number) continue;
    if (earlier[place].sa_flags & SA_SIGINFO) return earlier[place].sa_sigaction(number, info, context);
    // The same instruction meets the fault again; what another process sent would not come again.
    sigaction(number, &earlier[place], NULL);
    if (info->si_code <= 0) raise(number);
  }
}

void cprocess_explain_faults(void) {
  // A stack that is full has no room for the handler.
  static char own_stack[1 << 16];
  stack_t stack;
  if (sigaltstack(NULL, &stack) == 0 && stack.ss_flags & SS_DISABLE) {
    stack = (stack_t){.ss_sp = own_stack, .ss_size = sizeof own_stack};
    sigaltstack(&stack, NULL);
  }
  for (int place = 0; place < FAULTS; place++) {
    if (sigaction(faults[place], NULL, &earlier[place]) != 0) continue;
    struct sigaction action = earlier[place];
    action.sa_sigaction = on_fault;
    action.sa_flags |= SA_SIGINFO | SA_ONSTACK;
    sigaction(faults[place], &action, NULL);
  }
}
