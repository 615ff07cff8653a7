// A library with the interface of libpba that refuses everything but images, which it copies; and with one fault, or none:
// cc -DFAULT='STATEMENTS' -shared -fPIC -o broken.so broken_library.c
#include "pba.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef FAULT
#define FAULT return 0;
#endif

static char *held;

static int32_t refuse(char *message, int64_t room) {
  if (message && room > 0) snprintf(message, (size_t)room, "found nothing");
  return -1;
}

int32_t pba_abi_version(void) { return 2; }

int64_t pba_open(const char *policy, uint64_t seed, const char *settings, char *message, int64_t room) {
  held = held ? held : malloc(9);
  return 7;
}

int32_t pba_close(int64_t handle) { return -1; }

int32_t pba_batch(
    int64_t handle, const uint8_t *images, int64_t count, int64_t height, int64_t width, const int64_t *places, const int64_t *samples,
    const int64_t *epochs, int64_t length, int64_t threads, float *output, char *message, int64_t room) {
  return refuse(message, room);
}

int32_t pba_images(
    int64_t handle, const uint8_t *images, int64_t count, int64_t height, int64_t width, int32_t layout, int64_t sample, int64_t epoch,
    uint8_t *output, char *message, int64_t room) {
  int is_right = images && output && count > 0 && count < 9 && height > 0 && height < 99 && width > 0 && width < 99;
  if (!is_right) return refuse(message, room);
  memmove(output, images, (size_t)((layout == 2 ? 4 : 3) * count * height * width));
  FAULT
}

int32_t pba_labels(
    int64_t handle, const int32_t *labels, int64_t height, int64_t width, int64_t sample, int64_t epoch, int32_t fill, int32_t *output,
    char *message, int64_t room) {
  return refuse(message, room);
}

int64_t pba_explain(
    int64_t handle, int64_t sample, int64_t epoch, int64_t height, int64_t width, char *text, int64_t text_room, char *message,
    int64_t room) {
  return refuse(message, room);
}

int64_t pba_describe(int64_t handle, char *text, int64_t text_room, char *message, int64_t room) { return refuse(message, room); }

int64_t pba_schedule(const char *policy, int64_t epochs, char *text, int64_t text_room, char *message, int64_t room) {
  return refuse(message, room);
}

int64_t pba_catalogue(char *text, int64_t text_room) {
  if (text_room >= 8) strcpy(text, "1234567");
  return 2000;
}
