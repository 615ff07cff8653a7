// A compiler from GCC 12 on calls std::condition_variable::wait in libstdc++, where it came with that version; before, the
// call was this one of the C library. With this hidden function a program runs with an older libstdc++ too.
#include <pthread.h>

#if defined(__GLIBC__)
// std::unique_lock<std::mutex> begins with the address of the mutex, which is a pthread_mutex_t, as a
// std::condition_variable is a pthread_cond_t.
__attribute__((visibility("hidden"))) void pba_condition_variable_wait(pthread_cond_t *condition, pthread_mutex_t **lock)
  __asm__("_ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE");

void pba_condition_variable_wait(pthread_cond_t *condition, pthread_mutex_t **lock) {
  pthread_cond_wait(condition, *lock);
}
#endif
