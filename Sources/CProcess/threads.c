// Threads that the system refuses.
//
// Some libraries cannot go on without a thread that they ask for: OpenMP and GLib end the program themselves, Dispatch and
// Foundation ask or wait for ever. So the C library's function is wrapped here: what is refused to them ends the program with
// a line. Whoever else asks is told, as before.
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

typedef void *(*routine)(void *);

/// The C library's own function.
static int create(pthread_t *thread, const pthread_attr_t *attributes, routine body, void *argument) {
  static __typeof__(&pthread_create) found;
  __typeof__(&pthread_create) function = __atomic_load_n(&found, __ATOMIC_RELAXED);
  if (function == NULL) {
    function = (__typeof__(&pthread_create))dlsym(RTLD_NEXT, "pthread_create");
    __atomic_store_n(&found, function, __ATOMIC_RELAXED);
  }
  return function(thread, attributes, body, argument);
}

// MARK: Members of OpenMP's teams
//
// OpenMP ends threads where a loop has a smaller team than the one before, and starts them again for the next one. Another
// program may have taken their places meanwhile. So its threads wait instead, until the thread that leads the team ends.

/// A thread of a team that waits, on that thread's stack.
struct seat {
  routine body;
  void *argument;
  pthread_cond_t called;
  struct seat *next;
};

/// The threads that one thread's teams had so far.
struct crew {
  pthread_mutex_t lock;
  struct seat *waiting;
  int has_ended;
  /// The leader and all members, of whom the last one frees this.
  int people;
};

/// What a new member begins with.
struct beginning {
  struct crew *crew;
  routine body;
  void *argument;
};

static pthread_key_t leaders;
static int has_leaders;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void leave(void *given) {
  struct crew *const crew = given;
  pthread_mutex_lock(&crew->lock);
  const int is_last = --crew->people == 0;
  pthread_mutex_unlock(&crew->lock);
  if (!is_last) return;
  pthread_mutex_destroy(&crew->lock);
  free(crew);
}

/// Called where a leader ends.
static void dismiss(void *given) {
  struct crew *const crew = given;
  pthread_mutex_lock(&crew->lock);
  crew->has_ended = 1;
  for (struct seat *seat = crew->waiting; seat != NULL; seat = seat->next) pthread_cond_signal(&seat->called);
  pthread_mutex_unlock(&crew->lock);
  leave(crew);
}

static void prepare(void) {
  // Members that wait have the places of their first start, so that nobody may ask for others.
  has_leaders = getenv("OMP_PROC_BIND") == NULL && getenv("OMP_PLACES") == NULL && getenv("GOMP_CPU_AFFINITY") == NULL &&
    pthread_key_create(&leaders, dismiss) == 0;
}

/// Waits for the next call; 0 where there will be none.
static int is_called(struct crew *crew, struct seat *seat) {
  pthread_mutex_lock(&crew->lock);
  seat->body = NULL;
  seat->next = crew->waiting;
  crew->waiting = seat;
  while (seat->body == NULL && !crew->has_ended) pthread_cond_wait(&seat->called, &crew->lock);
  pthread_mutex_unlock(&crew->lock);
  return seat->body != NULL;
}

static void *be_member(void *given) {
  struct crew *const crew = ((struct beginning *)given)->crew;
  struct seat seat = {
    ((struct beginning *)given)->body, ((struct beginning *)given)->argument, PTHREAD_COND_INITIALIZER, NULL};
  free(given);
  // A member may end by pthread_exit.
  pthread_cleanup_push(leave, crew);
  do seat.body(seat.argument);
  while (is_called(crew, &seat));
  pthread_cleanup_pop(1);
  return NULL;
}

/// The crew of this thread; NULL where threads do not wait.
static struct crew *own_crew(void) {
  pthread_once(&once, prepare);
  if (!has_leaders) return NULL;
  struct crew *crew = pthread_getspecific(leaders);
  if (crew != NULL) return crew;
  crew = calloc(1, sizeof *crew);
  if (crew == NULL || pthread_mutex_init(&crew->lock, NULL) != 0 || pthread_setspecific(leaders, crew) != 0) {
    free(crew);
    return NULL;
  }
  crew->people = 1;
  return crew;
}

/// Lets a member of this thread's teams that waits, or a new one, run the body.
static int create_member(pthread_t *thread, const pthread_attr_t *attributes, routine body, void *argument) {
  struct crew *const crew = own_crew();
  if (crew == NULL) return create(thread, attributes, body, argument);
  pthread_mutex_lock(&crew->lock);
  struct seat *const seat = crew->waiting;
  if (seat != NULL) {
    crew->waiting = seat->next;
    seat->argument = argument;
    seat->body = body;
    pthread_cond_signal(&seat->called);
  } else {
    crew->people++;
  }
  pthread_mutex_unlock(&crew->lock);
  if (seat != NULL) return 0;
  struct beginning *const beginning = malloc(sizeof *beginning);
  int code = EAGAIN;
  if (beginning != NULL) {
    *beginning = (struct beginning){crew, body, argument};
    code = create(thread, attributes, be_member, beginning);
  }
  if (code != 0) {
    free(beginning);
    leave(crew);
  }
  return code;
}

// MARK: Refusals

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

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, routine body, void *argument) {
  const enum asker asker = asker_at(__builtin_return_address(0));
  const __typeof__(&create) start = asker == openmp ? create_member : create;
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
