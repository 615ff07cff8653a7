// What the attack on libpba works with: random numbers, memory between pages that nobody may touch, and texts that were changed.
#ifndef FUZZ_TOOLS_H
#define FUZZ_TOOLS_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define LENGTH(list) ((int)(sizeof(list) / sizeof *(list)))

// Random numbers, by the SplitMix64 generator.

typedef struct {
  uint64_t state;
} Random;

static uint64_t any(Random *random) {
  uint64_t z = random->state += 0x9E3779B97F4A7C15;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

static int64_t below(Random *random, int64_t bound) { return (int64_t)(any(random) % (uint64_t)bound); }
static int one_in(Random *random, int64_t number) { return below(random, number) == 0; }

// Numbers at the edges of types and of what the interface takes.
static int64_t absurd(Random *random) {
  static const int64_t edges[] = {
      0, 1, 2, 3, 255, 256, 257, 4096, 4097, 32766, 32767, 32768, 65535, 65536, 999999, 1000000, 1000001, INT64_C(1) << 24, INT64_C(1) << 28,
      INT32_MAX, INT64_C(1) << 31, UINT32_MAX, INT64_C(1) << 32, INT64_C(1) << 40, (INT64_C(1) << 40) + 1, INT64_C(1) << 46,
      INT64_C(1) << 61, INT64_C(1) << 62, INT64_MAX / 3, INT64_MAX / 12, INT64_MAX - 1, INT64_MAX, INT64_MIN, INT64_MIN + 1};
  switch (below(random, 4)) {
  case 0: return (int64_t)any(random);
  case 1: return -edges[below(random, LENGTH(edges) - 2)];
  default: return edges[below(random, LENGTH(edges))];
  }
}

// Mostly a number below a bound, now and then an absurd one.
static int64_t number(Random *random, int64_t bound) { return one_in(random, 24) ? absurd(random) : below(random, bound); }

// Memory: a piece ends where a page begins that may not be touched, or begins where one ends. What is left of its region holds a
// pattern, which has to be there afterwards.

enum { capacity = 1 << 20, page = 4096, pattern = 0xA5, watched = 64 };

typedef struct {
  uint8_t *start;  // of `capacity` bytes between two pages that may not be touched
  uint8_t *piece;  // what is lent
  size_t length;
} Region;

static void fail(const char *words) {
  fprintf(stderr, "fuzz_library: %s\n", words);
  abort();
}

static Region make_region(void) {
  uint8_t *whole = mmap(NULL, capacity + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (whole == MAP_FAILED || mprotect(whole + page, capacity, PROT_READ | PROT_WRITE)) fail("no memory");
  memset(whole + page, pattern, capacity);
  return (Region){whole + page, whole + page, 0};
}

// Lends memory of a length, at an address that is a multiple of `alignment` plus `skew`.
static void *lend(Region *region, Random *random, size_t length, size_t alignment, size_t skew) {
  if (length + 2 * watched > capacity) fail("a piece is larger than its region");
  region->length = length;
  if (one_in(random, 2)) {
    region->piece = region->start + skew;
  } else {
    uint8_t *last = region->start + capacity - length;
    region->piece = last - (uintptr_t)last % alignment;
    if (skew) region->piece = region->piece - alignment + skew;
  }
  return region->piece;
}

// Looks at what surrounds a piece, and makes the region as it was.
static void take_back(Region *region, const char *words) {
  for (uint8_t *byte = region->piece - watched; byte < region->piece + region->length + watched; byte += 1) {
    int is_outside = byte < region->piece || byte >= region->piece + region->length;
    if (is_outside && byte >= region->start && byte < region->start + capacity && *byte != pattern) fail(words);
  }
  memset(region->piece, pattern, region->length);
  region->length = 0;
}

static void fill(Random *random, void *memory, size_t length) {
  uint8_t *bytes = memory;
  for (size_t place = 0; place < length; place += 8) {
    uint64_t value = any(random);
    memcpy(bytes + place, &value, length - place < 8 ? length - place : 8);
  }
}

// Texts.

enum { longest = 60000 };

static const char *const pieces[] = {
    "null", "true", "false", "{}", "[]", "{", "}", "[", "]", "\"", ",", ":", "1e999", "-0", "-1", "0.5", "1e-400", "9223372036854775808",
    "18446744073709551616", "\\ud800", "\\u0000", "\\", "\xff", "\xc3", "\xf0\x9f\x98\x80", "\xef\xbb\xbf", "//", "NaN", "Infinity", "\n", "@last",
    "@shuffled", "@", "/", "..", ":", "rcifar10", "\"seed\"", "\"epochs\":", "\"tail\":", "\"mean\":", "[1,2,3]", "\"policy\"", "\x7f", " "};

// Changes a text in some places; none of its bytes becomes zero.
static void change(Random *random, char *text) {
  for (int64_t count = below(random, 4); count >= 0; count -= 1) {
    size_t length = strlen(text), place = (size_t)below(random, (int64_t)length + 1);
    switch (below(random, 5)) {
    case 0:
      if (place < length) text[place] = (char)(1 + below(random, 255));
      break;
    case 1: {
      size_t end = place + (size_t)below(random, 20);
      if (end <= length) memmove(text + place, text + end, length - end + 1);
      break;
    }
    case 2: {
      size_t end = place + (size_t)below(random, 40), more = end - place;
      if (end <= length && length + more < longest) memmove(text + end, text + place, length - place + 1);
      break;
    }
    case 3: {
      const char *piece = pieces[below(random, LENGTH(pieces))];
      size_t more = strlen(piece);
      if (length + more >= longest) break;
      memmove(text + place + more, text + place, length - place + 1);
      memcpy(text + place, piece, more);
      break;
    }
    default:
      if (one_in(random, 40) && length < longest / 2) {
        // Very deep, and very long.
        memset(text + length, one_in(random, 2) ? '[' : '1' + (int)below(random, 70), longest / 2);
        text[length + longest / 2] = 0;
      }
    }
  }
}

// Whether bytes are UTF-8: no shortest form is missed, and no surrogate is there.
static int is_utf8(const char *text) {
  for (const uint8_t *byte = (const uint8_t *)text; *byte;) {
    int more = *byte < 0x80 ? 0 : *byte >= 0xC2 && *byte < 0xE0 ? 1 : (*byte & 0xF0) == 0xE0 ? 2 : *byte >= 0xF0 && *byte < 0xF5 ? 3 : -1;
    if (more < 0 || (*byte == 0xE0 && byte[1] < 0xA0) || (*byte == 0xED && byte[1] > 0x9F) || (*byte == 0xF0 && byte[1] < 0x90) ||
        (*byte == 0xF4 && byte[1] > 0x8F))
      return 0;
    for (byte += 1; more > 0; more -= 1, byte += 1)
      if ((*byte & 0xC0) != 0x80) return 0;
  }
  return 1;
}

#endif
