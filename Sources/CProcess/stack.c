// A large stack for the main thread.
#include <pthread.h>
#include <sys/resource.h>

#include "internal.h"

static void *call(void *body) {
  ((void (*)(void))body)();
  return NULL;
}

int cprocess_with_stack(void (*body)(void)) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur >= CPROCESS_ENOUGH_STACK) {
    body();
    return 0;
  }
  // The limit is that of the first thread alone; another one may have what it asks for.
  pthread_attr_t attributes;
  pthread_t thread;
  int code = pthread_attr_init(&attributes);
  if (code != 0) return code;
  code = pthread_attr_setstacksize(&attributes, 8 * CPROCESS_ENOUGH_STACK);
  if (code == 0) code = pthread_create(&thread, &attributes, call, (void *)body);
  pthread_attr_destroy(&attributes);
  return code != 0 ? code : pthread_join(thread, NULL);
}
