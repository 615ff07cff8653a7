// Memory that the system refuses.
//
// Swift's runtime ends the program by a trap where memory is refused, and hardly any library continues without a few bytes.
// So the C library's functions are wrapped here: what no library could continue without ends the program with a line. All else is
// refused as before, and its caller says so.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "internal.h"

/// Whether this thread's last request for a block was refused.
static _Thread_local int is_block_refused;

/// Whether the last request for a mapping was refused, to whichever thread: what one could not make, others miss.
static atomic_int is_mapping_refused;

int cprocess_is_memory_refused(void) { return is_block_refused || is_mapping_refused; }

#ifdef __GLIBC__

/// Declares the place of the function behind one of these, of the C library or of what LD_PRELOAD names.
#define BEHIND(name) static __typeof__(&name) behind_##name;
BEHIND(malloc)
BEHIND(calloc)
BEHIND(realloc)
BEHIND(aligned_alloc)
BEHIND(posix_memalign)
BEHIND(mmap)
BEHIND(mmap64)

/// The function behind one of these, looked up where that has not been done: a call may come before anything in this program
/// has run.
#define NEXT(name) \
  ({ \
    __typeof__(&name) function = __atomic_load_n(&behind_##name, __ATOMIC_RELAXED); \
    if (function == NULL) { \
      function = (__typeof__(&name))dlsym(RTLD_NEXT, #name); \
      __atomic_store_n(&behind_##name, function, __ATOMIC_RELAXED); \
    } \
    function; \
  })

/// Looks all of them up before `main`: dlerror() asks for memory itself, and a look-up in the middle of it frees what it works
/// with.
__attribute__((constructor)) static void look_up(void) {
  (void)NEXT(malloc);
  (void)NEXT(calloc);
  (void)NEXT(realloc);
  (void)NEXT(aligned_alloc);
  (void)NEXT(posix_memalign);
  (void)NEXT(mmap);
  (void)NEXT(mmap64);
}

/// Who asks for more is asked first whether it can do with less.
static const size_t small = 1 << 16;

/// How deep this thread is in what expects refusals.
static _Thread_local int expectations;

void cprocess_expect_refusals(bool begins) { expectations += begins ? 1 : -1; }

// A function of Swift's standard library.
extern void swift_retain(void) __attribute__((weak));

/// Whether an address lies in code that ends the program itself without memory.
static int needs_memory(const void *caller) {
  Dl_info place, program, library;
  if (dladdr(caller, &place) == 0 || place.dli_fname == NULL) return 0;
  if (
    dladdr((const void *)&look_up, &program) != 0 && place.dli_fbase == program.dli_fbase && swift_retain != NULL &&
    dladdr((const void *)&swift_retain, &library) != 0 && library.dli_fbase == program.dli_fbase)
    return expectations == 0;
  const char *const slash = strrchr(place.dli_fname, '/');
  const char *const name = slash != NULL ? slash + 1 : place.dli_fname;
  static const char *const names[] = {
    "libswift", "libFoundation", "lib_Foundation", "libdispatch", "libgomp", "libglib", "librsvg"};
  for (size_t index = 0; index < sizeof names / sizeof names[0]; index++) {
    if (strncmp(name, names[index], strlen(names[index])) == 0) return 1;
  }
  return 0;
}

static void check(const void *block, size_t bytes, const void *caller) {
  is_block_refused = block == NULL && bytes != 0;
  if (!is_block_refused) return;
  if (bytes < small || needs_memory(caller)) cprocess_memory_is_used_up(bytes);
  errno = ENOMEM;
}

void *malloc(size_t bytes) {
  void *const block = NEXT(malloc)(bytes);
  if (__builtin_expect(block == NULL || is_block_refused, 0)) check(block, bytes, __builtin_return_address(0));
  return block;
}

void *calloc(size_t count, size_t size) {
  void *const block = NEXT(calloc)(count, size);
  if (__builtin_expect(block == NULL || is_block_refused, 0)) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) bytes = SIZE_MAX;
    check(block, bytes, __builtin_return_address(0));
  }
  return block;
}

void *realloc(void *old, size_t bytes) {
  void *const block = NEXT(realloc)(old, bytes);
  if (__builtin_expect(block == NULL || is_block_refused, 0)) check(block, bytes, __builtin_return_address(0));
  return block;
}

void *aligned_alloc(size_t alignment, size_t bytes) {
  void *const block = NEXT(aligned_alloc)(alignment, bytes);
  if (__builtin_expect(block == NULL || is_block_refused, 0)) check(block, bytes, __builtin_return_address(0));
  return block;
}

int posix_memalign(void **block, size_t alignment, size_t bytes) {
  const int code = NEXT(posix_memalign)(block, alignment, bytes);
  if (__builtin_expect(code == ENOMEM || (code == 0 && is_block_refused), 0)) {
    check(code == 0 ? *block : NULL, bytes, __builtin_return_address(0));
  }
  return code;
}

/// Notes whether a mapping was refused because memory is missing.
static void *noted(void *place) {
  const int is_refused = place == MAP_FAILED && errno == ENOMEM;
  if (is_refused != is_mapping_refused) is_mapping_refused = is_refused;
  return place;
}

void *mmap(void *place, size_t bytes, int protection, int flags, int file, off_t offset) {
  return noted(NEXT(mmap)(place, bytes, protection, flags, file, offset));
}

void *mmap64(void *place, size_t bytes, int protection, int flags, int file, off64_t offset) {
  return noted(NEXT(mmap64)(place, bytes, protection, flags, file, offset));
}

#endif
