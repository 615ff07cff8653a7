#include "cvectorgraphics.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#ifdef __APPLE__
static const char *const names[] = {"librsvg-2.2.dylib", "libcairo.2.dylib", "libgobject-2.0.0.dylib", "libglib-2.0.0.dylib"};
#else
static const char *const names[] = {"librsvg-2.so.2", "libcairo.so.2", "libgobject-2.0.so.0", "libglib-2.0.so.0"};
#endif

// What is used of the four libraries' interfaces, which have been stable since librsvg 2.46.
typedef struct { uint32_t domain; int code; char *message; } glib_error;
typedef struct { double x, y, width, height; } rectangle;
typedef struct rsvg_handle rsvg_handle;
typedef struct cairo_surface cairo_surface;
typedef struct cairo_context cairo_context;

enum { no_size_limits = 1, argb32 = 0, success = 0, no_memory = 1 };

static struct {
  rsvg_handle *(*new_with_flags)(int flags);
  int (*write)(rsvg_handle *, const unsigned char *, size_t, glib_error **);
  int (*close)(rsvg_handle *, glib_error **);
  int (*render)(rsvg_handle *, cairo_context *, const rectangle *, glib_error **);
  cairo_surface *(*surface_create)(int format, int width, int height);
  unsigned char *(*surface_data)(cairo_surface *);
  int (*surface_stride)(cairo_surface *);
  int (*surface_status)(cairo_surface *);
  void (*surface_flush)(cairo_surface *);
  void (*surface_destroy)(cairo_surface *);
  cairo_context *(*context_create)(cairo_surface *);
  void (*context_destroy)(cairo_context *);
  void (*unref)(void *);
  void (*error_free)(glib_error *);
} library;
static int is_loaded;
static int is_memory_missing;
static char load_message[512];
static pthread_once_t loading = PTHREAD_ONCE_INIT;

static void *symbol(void *handle, const char *name) {
  void *found = dlsym(handle, name);
  if (!found && !load_message[0]) snprintf(load_message, sizeof load_message, "%s is missing", name);
  return found;
}

/// Whether the system would give as much memory as the libraries take, with those that they need.
///
/// The loader does not distinguish this reason from others.
static int has_room(void) {
  const size_t bytes = 128 << 20;
  void *const place = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
  if (place == MAP_FAILED) return 0;
  munmap(place, bytes);
  return 1;
}

static void load(void) {
  void *handles[4];
  for (int index = 0; index < 4; index++) {
    handles[index] = dlopen(names[index], RTLD_NOW | RTLD_LOCAL);
    if (!handles[index]) {
      snprintf(load_message, sizeof load_message, "%s", dlerror());
      is_memory_missing = !has_room();
      return;
    }
  }
  library.new_with_flags = symbol(handles[0], "rsvg_handle_new_with_flags");
  library.write = symbol(handles[0], "rsvg_handle_write");
  library.close = symbol(handles[0], "rsvg_handle_close");
  library.render = symbol(handles[0], "rsvg_handle_render_document");
  library.surface_create = symbol(handles[1], "cairo_image_surface_create");
  library.surface_data = symbol(handles[1], "cairo_image_surface_get_data");
  library.surface_stride = symbol(handles[1], "cairo_image_surface_get_stride");
  library.surface_status = symbol(handles[1], "cairo_surface_status");
  library.surface_flush = symbol(handles[1], "cairo_surface_flush");
  library.surface_destroy = symbol(handles[1], "cairo_surface_destroy");
  library.context_create = symbol(handles[1], "cairo_create");
  library.context_destroy = symbol(handles[1], "cairo_destroy");
  library.unref = symbol(handles[2], "g_object_unref");
  library.error_free = symbol(handles[3], "g_error_free");
  is_loaded = !load_message[0];
}

/// Blue, green, red, alpha, premultiplied and in the machine's byte order, becomes red, green, blue, alpha.
static void copy_pixels(const unsigned char *source, int stride, int width, int height, unsigned char *rgba) {
  for (int y = 0; y < height; y++) {
    for (int x = 0; x < width; x++, rgba += 4) {
      uint32_t pixel;
      memcpy(&pixel, source + (size_t)y * stride + (size_t)x * 4, 4);
      const uint32_t alpha = pixel >> 24;
      for (int channel = 0; channel < 3; channel++) {
        const uint32_t value = pixel >> (16 - 8 * channel) & 255;
        rgba[channel] = alpha == 0 ? 0 : (unsigned char)((value * 255 + alpha / 2) / alpha);
      }
      rgba[3] = (unsigned char)alpha;
    }
  }
}

static cvg_end refuse(glib_error *error, const char *otherwise, char *message, size_t message_size) {
  snprintf(message, message_size, "%s", error ? error->message : otherwise);
  if (error) library.error_free(error);
  return CVG_REFUSED;
}

cvg_end cvg_draw(
    const char *svg, size_t count, int width, int height, unsigned char *rgba, char *message, size_t message_size) {
  pthread_once(&loading, load);
  if (!is_loaded) {
    snprintf(message, message_size, "%s", load_message);
    return is_memory_missing ? CVG_NO_MEMORY : CVG_NO_LIBRARY;
  }
  glib_error *error = NULL;
  rsvg_handle *handle = library.new_with_flags(no_size_limits);
  cairo_surface *surface = library.surface_create(argb32, width, height);
  cairo_context *context = library.context_create(surface);
  const rectangle whole = {0, 0, width, height};
  cvg_end end = CVG_DRAWN;
  const int status = library.surface_status(surface);
  if (status == no_memory)
    end = CVG_NO_MEMORY;
  else if (status != success)
    end = refuse(NULL, "the picture is too large for cairo", message, message_size);
  else if (
      !library.write(handle, (const unsigned char *)svg, count, &error) || !library.close(handle, &error) ||
      !library.render(handle, context, &whole, &error))
    end = refuse(error, "the drawing is not valid", message, message_size);
  else {
    library.surface_flush(surface);
    copy_pixels(library.surface_data(surface), library.surface_stride(surface), width, height, rgba);
  }
  library.context_destroy(context);
  library.surface_destroy(surface);
  library.unref(handle);
  return end;
}
