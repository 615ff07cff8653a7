// Attacks libpba with random, boundary and absurd arguments, from several threads, and looks at what it leaves.
//
//   fuzz_library LIBRARY SEED CALLS SECONDS THREADS SCHEDULE
//
// CALLS is how many calls are made by all threads together, fewer where SECONDS are over before. SCHEDULE is a file that holds a
// schedule. All memory that the library is lent lies between pages that may not be touched, so the first byte that is read or written
// outside of it ends this program; AddressSanitizer, with which it is built, watches the library's own allocations: what is freed
// twice, and what is left at the end. Prints how many calls succeeded and were refused, function by function.
#include "fuzz_tools.h"
#include "pba.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

enum { functions = 8, handles = 24 };

static const char *const names[functions] = {"open", "close", "batch", "images", "labels", "explain", "describe", "schedule"};
// How often each is called, of 100 calls: opening takes a hundred times as long as the others.
static const int shares[functions] = {4, 5, 25, 25, 15, 18, 5, 3};

static struct {
  typeof(&pba_abi_version) abi_version;
  typeof(&pba_open) open;
  typeof(&pba_close) close;
  typeof(&pba_batch) batch;
  typeof(&pba_images) images;
  typeof(&pba_labels) labels;
  typeof(&pba_explain) explain;
  typeof(&pba_describe) describe;
  typeof(&pba_schedule) schedule;
  typeof(&pba_catalogue) catalogue;
} library;

static _Atomic int64_t open_handles[handles];  // of all threads: one may close what another uses
static _Atomic int64_t calls_left, good[functions], refused[functions];
static char *schedule_text, *schedule_path;
static double deadline;

typedef struct {
  Random random;
  Region source, target, places, samples, epochs, text, message;
  int64_t room;      // of the message
  char *spoken;      // the message, or NULL
  char first[longest + 1], second[longest + 1];
} Caller;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static int64_t some_handle(Caller *caller) {
  return one_in(&caller->random, 30) ? absurd(&caller->random) : open_handles[below(&caller->random, handles)];
}

// Memory for a message: none, too little, enough, or more than is claimed.
static char *lend_message(Caller *caller) {
  static const int64_t lengths_of_text[] = {0, 1, 2, 3, 5, 9, 30, 100, 1000, 4096};
  caller->room = lengths_of_text[below(&caller->random, LENGTH(lengths_of_text))];
  caller->spoken = lend(&caller->message, &caller->random, (size_t)caller->room, 1, 0);
  if (one_in(&caller->random, 16)) caller->room = -absurd(&caller->random) | INT64_MIN;
  if (one_in(&caller->random, 16)) caller->spoken = NULL;
  return caller->spoken;
}

// Checks a text that ends within its room.
static void check_text(const char *text, int64_t room, const char *words) {
  if (!text || room <= 0) return;
  const char *end = memchr(text, 0, (size_t)room);
  if (!end || !is_utf8(text)) fail(words);
}

// Looks at all memory that was lent, and at what was said of a failure.
static void end_call(Caller *caller, int function, int has_failed) {
  (has_failed ? refused : good)[function] += 1;
  if (has_failed) {
    check_text(caller->spoken, caller->room, "a message does not end in its room, or is no UTF-8");
    // A long path may have been cut off before it.
    int is_whole = caller->spoken && caller->room > 100 && (int64_t)strlen(caller->spoken) < caller->room - 4;
    if (is_whole && !strstr(caller->spoken, "found ")) {
      fprintf(stderr, "of %s: %s\n", names[function], caller->spoken);
      fail("a message does not say what was found");
    }
  }
  take_back(&caller->source, "something was written around the images");
  take_back(&caller->target, "something was written around the output");
  take_back(&caller->places, "something was written around the places");
  take_back(&caller->samples, "something was written around the samples");
  take_back(&caller->epochs, "something was written around the epochs");
  take_back(&caller->text, "something was written around a text");
  take_back(&caller->message, "something was written around a message");
}

// Memory for numbers: misaligned or missing now and then, and missing where the numbers ask for more than there is to lend.
static void *lend_numbers(Caller *caller, Region *region, __int128 count, size_t size) {
  if (count < 0 || count > (capacity - 4 * watched) / (__int128)size) return NULL;
  if (one_in(&caller->random, 40)) return NULL;
  size_t skew = one_in(&caller->random, 40) ? (size_t)below(&caller->random, (int64_t)size) : 0;
  void *memory = lend(region, &caller->random, (size_t)count * size, size, skew);
  fill(&caller->random, memory, (size_t)count * size);
  return memory;
}

static void call_open(Caller *caller) {
  static const char *const policies[] = {
      "none", "cutout:8", "autoaugment", "autoaugment:svhn", "randaugment:3,15", "trivialaugment-wide", "rcifar10", "rsvhn@last", "random",
      "rcifar10@shuffled", "/dev/null", "/", ".", ""};
  static const char *const settings[] = {
      "{}", "{\"epochs\": 9, \"tail\": {\"mean\": [0.5, 0.5, 0.5], \"std\": [0.2, 0.2, 0.2]}}",
      "{\"epochs\": 1000000, \"dataset\": \"svhn\", \"trial\": 4294967295, \"scale_to_size\": false, \"fill\": [1, 2, 255]}",
      "{\"tail\": {\"mean\": [0, 0, 0], \"std\": [1, 1, 1], \"crop_padding\": 4096, \"cutout\": 4096, \"flip\": false, \"layout\": \"nhwc\"}}",
      "{\"order\": \"last\", \"fill\": null, \"tail\": {\"mean\": [1e6, -1e6, 0], \"std\": [1e-6, 1e6, 1], \"cutout\": null}}"};
  Random *random = &caller->random;
  int64_t kind = below(random, LENGTH(policies) + 4);
  strcpy(caller->first, kind < LENGTH(policies) ? policies[kind] : kind % 2 ? schedule_text : schedule_path);
  strcpy(caller->second, settings[below(random, LENGTH(settings))]);
  if (one_in(random, 2)) change(random, caller->first);
  if (one_in(random, 2)) change(random, caller->second);
  // The texts end where their memory does.
  char *policy = lend(&caller->source, random, strlen(caller->first) + 1, 1, 0);
  strcpy(policy, caller->first);
  char *setting = lend(&caller->target, random, strlen(caller->second) + 1, 1, 0);
  strcpy(setting, caller->second);
  char *message = lend_message(caller);
  int64_t handle = library.open(
      one_in(random, 50) ? NULL : policy, any(random), one_in(random, 50) ? NULL : setting, message, caller->room);
  if (handle < 0) fail("a handle is negative");
  end_call(caller, 0, handle == 0);
  if (!handle) return;
  // It takes the place of another, which is closed, or forgotten by closing it elsewhere.
  int64_t old = atomic_exchange(&open_handles[below(random, handles)], handle);
  if (old) library.close(old);
}

static void call_close(Caller *caller) {
  int64_t place = below(&caller->random, handles);
  int64_t handle = one_in(&caller->random, 3) ? open_handles[place] : absurd(&caller->random);
  // Not all: calls of the others should find something open.
  if (handle == open_handles[place] && !one_in(&caller->random, 3)) return;
  int32_t code = library.close(handle);
  caller->spoken = NULL;
  if (code != 0 && code != -1) fail("close gave another code");
  end_call(caller, 1, code != 0);
}

static void call_batch(Caller *caller) {
  Random *random = &caller->random;
  int64_t height = number(random, 40), width = number(random, 40), count = number(random, 6), length = number(random, 6);
  int has_places = one_in(random, 2);
  if (!has_places && !one_in(random, 8)) length = count;
  uint8_t *images = lend_numbers(caller, &caller->source, (__int128)height * width % capacity * 3 * count, 1);
  if ((__int128)height * width >= capacity) images = NULL;
  int64_t *lists[3];
  Region *regions[3] = {&caller->places, &caller->samples, &caller->epochs};
  for (int list = 0; list < 3; list += 1) {
    lists[list] = lend_numbers(caller, regions[list], length, sizeof(int64_t));
    if (!lists[list] || (uintptr_t)lists[list] % sizeof(int64_t)) continue;
    int64_t bound = list == 0 ? (count > 0 ? count : 1) : list == 1 ? INT64_C(1) << 32 : 12;
    for (int64_t place = 0; place < length; place += 1)
      lists[list][place] = one_in(random, 60) ? absurd(random) : below(random, bound);
  }
  float *output = (__int128)height * width < capacity
      ? lend_numbers(caller, &caller->target, (__int128)height * width * 3 * length, sizeof(float)) : NULL;
  char *message = lend_message(caller);
  int32_t code = library.batch(
      some_handle(caller), images, count, height, width, has_places ? lists[0] : NULL, lists[1], lists[2], length,
      one_in(random, 12) ? absurd(random) : 1 + below(random, 4), output, message, caller->room);
  if (code != 0 && code != -1) fail("batch gave another code");
  end_call(caller, 2, code != 0);
}

static void call_images(Caller *caller) {
  Random *random = &caller->random;
  int64_t height = number(random, 60), width = number(random, 60), count = number(random, 4);
  int32_t layout = one_in(random, 12) ? (int32_t)absurd(random) : (int32_t)below(random, 3);
  __int128 bytes = (__int128)height * width < capacity ? (__int128)height * width * (layout == 2 ? 4 : 3) * count : -1;
  uint8_t *images = lend_numbers(caller, &caller->source, bytes, 1);
  uint8_t *output = one_in(random, 6) ? images : lend_numbers(caller, &caller->target, bytes, 1);
  char *message = lend_message(caller);
  int64_t handle = some_handle(caller), sample = number(random, INT64_C(1) << 32), epoch = number(random, 12);
  int32_t code = library.images(handle, images, count, height, width, layout, sample, epoch, output, message, caller->room);
  if (code != 0 && code != -1) fail("images gave another code");
  if (code == 0 && images && output && output != images && one_in(random, 4)) {
    // The same once more, in place: the same bytes, unless somebody has closed the handle.
    if (
      !library.images(handle, images, count, height, width, layout, sample, epoch, images, NULL, 0) &&
      memcmp(images, output, (size_t)bytes))
      fail("a call made other bytes the second time");
  }
  end_call(caller, 3, code != 0);
}

static void call_labels(Caller *caller) {
  Random *random = &caller->random;
  int64_t height = number(random, 60), width = number(random, 60);
  __int128 count = (__int128)height * width;
  int32_t *labels = lend_numbers(caller, &caller->source, count, sizeof(int32_t));
  int are_sensible = labels && (uintptr_t)labels % sizeof(int32_t) == 0 && !one_in(random, 10);
  for (__int128 place = 0; are_sensible && place < count; place += 1) labels[place] &= 0xFFFFFF;
  int32_t *output = one_in(random, 6) ? labels : lend_numbers(caller, &caller->target, count, sizeof(int32_t));
  char *message = lend_message(caller);
  int32_t code = library.labels(
      some_handle(caller), labels, height, width, number(random, INT64_C(1) << 32), number(random, 12), (int32_t)absurd(random), output,
      message, caller->room);
  if (code != 0 && code != -1) fail("labels gave another code");
  end_call(caller, 4, code != 0);
}

// Calls that give a text: explain, describe, schedule.
static void call_for_text(Caller *caller, int function) {
  static const int64_t lengths_of_text[] = {0, 1, 2, 3, 7, 20, 80, 300, 2000, 60000};
  Random *random = &caller->random;
  int64_t room = lengths_of_text[below(random, LENGTH(lengths_of_text))], claimed = one_in(random, 16) ? -absurd(random) | INT64_MIN : room;
  char *text = lend(&caller->text, random, (size_t)room, 1, 0);
  if (one_in(random, 16)) text = NULL;
  char *message = lend_message(caller);
  int64_t length;
  if (function == 5) {
    length = library.explain(
        some_handle(caller), number(random, INT64_C(1) << 32), number(random, 12), number(random, 300), number(random, 300), text, claimed,
        message, caller->room);
  } else if (function == 6) {
    length = library.describe(some_handle(caller), text, claimed, message, caller->room);
  } else {
    strcpy(caller->first, one_in(random, 3) ? "rsvhn" : one_in(random, 2) ? schedule_path : schedule_text);
    if (one_in(random, 2)) change(random, caller->first);
    char *policy = lend(&caller->source, random, strlen(caller->first) + 1, 1, 0);
    strcpy(policy, caller->first);
    length = library.schedule(
        one_in(random, 30) ? NULL : policy, one_in(random, 3) ? 0 : number(random, 400), text, claimed, message, caller->room);
  }
  if (length < -1) fail("a text has another length than -1 and up");
  if (length >= 0 && text && claimed > 0) {
    check_text(text, claimed, "a text does not end in its room, or is no UTF-8");
    if (length < claimed && (int64_t)strlen(text) != length) fail("a text is not of the length that was returned");
  }
  end_call(caller, function, length < 0);
}

static void *attack(void *pointer) {
  Caller *caller = pointer;
  Region *regions[] = {
      &caller->source, &caller->target, &caller->places, &caller->samples, &caller->epochs, &caller->text, &caller->message};
  for (int place = 0; place < LENGTH(regions); place += 1) *regions[place] = make_region();
  while (calls_left > 0 && now() < deadline) {
    atomic_fetch_sub(&calls_left, 1);
    int64_t choice = below(&caller->random, 100);
    int function = 0;
    while (choice >= shares[function]) choice -= shares[function++];
    switch (function) {
    case 0: call_open(caller); break;
    case 1: call_close(caller); break;
    case 2: call_batch(caller); break;
    case 3: call_images(caller); break;
    case 4: call_labels(caller); break;
    default: call_for_text(caller, function);
    }
  }
  for (int place = 0; place < LENGTH(regions); place += 1) munmap(regions[place]->start - page, capacity + 2 * page);
  return NULL;
}

int main(int count, char **arguments) {
  if (count != 7) fail("found other arguments than LIBRARY SEED CALLS SECONDS THREADS SCHEDULE");
  void *found = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
  if (!found) fail(dlerror());
#define FIND(name) \
  if (!(library.name = (typeof(library.name))dlsym(found, "pba_" #name))) fail("the library lacks pba_" #name)
  FIND(abi_version); FIND(open); FIND(close); FIND(batch); FIND(images); FIND(labels); FIND(explain); FIND(describe); FIND(schedule);
  FIND(catalogue);
  if (library.abi_version() != 2) fail("the library has another interface");
  schedule_path = arguments[6];
  FILE *file = fopen(schedule_path, "r");
  schedule_text = calloc(1, longest / 4);
  if (!file || !fread(schedule_text, 1, longest / 4 - 1, file)) fail("the schedule cannot be read");
  fclose(file);
  char small[8];
  int64_t whole = library.catalogue(NULL, 0);
  if (library.catalogue(small, 8) != whole || strlen(small) != 7 || whole < 1000) fail("the catalogue has another length");

  calls_left = atoll(arguments[3]);
  int64_t threads = atoll(arguments[5]);
  double began = now();
  deadline = began + atof(arguments[4]);
  // Something is open from the start.
  for (int place = 0; place < handles; place += 1) {
    static const char *const policies[] = {"rcifar10", "trivialaugment-wide", "autoaugment", "randaugment:3,15", "none", "cutout:8"};
    static const char *const settings = "{\"epochs\": 10, \"tail\": {\"mean\": [0.5, 0.4, 0.3], \"std\": [0.2, 0.3, 0.25]}}";
    open_handles[place] = library.open(policies[place % LENGTH(policies)], (uint64_t)place, settings, NULL, 0);
    if (!open_handles[place]) fail("a policy cannot be opened");
  }
  pthread_t running[64];
  Caller *callers = calloc((size_t)threads, sizeof(Caller));
  for (int64_t thread = 0; thread < threads; thread += 1) {
    callers[thread].random.state = strtoull(arguments[2], NULL, 10) * 1000 + (uint64_t)thread;
    if (pthread_create(&running[thread], NULL, attack, &callers[thread])) fail("no thread");
  }
  for (int64_t thread = 0; thread < threads; thread += 1) pthread_join(running[thread], NULL);
  double seconds = now() - began;
  for (int place = 0; place < handles; place += 1) {
    int64_t handle = open_handles[place];
    if (!handle) continue;
    library.close(handle);
    if (library.close(handle) != -1) fail("a handle was closed twice");
  }
  int64_t sum = 0;
  for (int function = 0; function < functions; function += 1) {
    printf("%-9s %8lld succeeded %8lld refused\n", names[function], (long long)good[function], (long long)refused[function]);
    sum += good[function] + refused[function];
  }
  printf("%lld calls in %.1f s: %.0f a second\n", (long long)sum, seconds, (double)sum / seconds);
  free(callers);
  free(schedule_text);
  return 0;
}
