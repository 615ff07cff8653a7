// Threads of OpenMP's teams, which wait instead of ending.
//
// OpenMP ends threads where a loop has a smaller team than the one before, and starts them again for the next one. Another
// program may have taken their places meanwhile. So its threads wait, until the thread that leads the team ends.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "internal.h"

#ifdef __GLIBC__

/// A thread of a team that waits, on that thread's stack.
struct seat {
  cprocess_routine body;
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
  cprocess_routine body;
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

int cprocess_create_member(pthread_t *thread, const pthread_attr_t *attributes, cprocess_routine body, void *argument) {
  struct crew *const crew = own_crew();
  if (crew == NULL) return cprocess_create_thread(thread, attributes, body, argument);
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
    code = cprocess_create_thread(thread, attributes, be_member, beginning);
  }
  if (code != 0) {
    free(beginning);
    leave(crew);
  }
  return code;
}

#endif
