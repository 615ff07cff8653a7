// Finds libtorch and the library libCTorch, which was compiled against it, and loads both.
#define _GNU_SOURCE
#include "load.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Numbers alone; nothing of libtorch is linked.
#if __has_include(<torch/headeronly/version.h>)
#include <torch/headeronly/version.h>
#else
#include <torch/version.h>
#endif

#ifdef __APPLE__
#define LIBRARY_ENDING ".dylib"
#define ON_RUN_PATH "@rpath/"
#else
#define LIBRARY_ENDING ".so"
#define ON_RUN_PATH ""
#endif

#define LIBTORCH_NAME "libtorch_cpu" LIBRARY_ENDING
#define LIBRARY_NAME "libCTorch" LIBRARY_ENDING

static _Atomic(const ctorch_table *) loaded;
static pthread_mutex_t loading = PTHREAD_MUTEX_INITIALIZER;
static bool has_failed;
static bool (*prepare)(void);
/// The table, for calls of the thread that prepares it.
static _Thread_local const ctorch_table *preparing;
static char failure[4096];
static char version[32];

static const ctorch_table *fail(const char *format, ...) {
  va_list values;
  va_start(values, format);
  vsnprintf(failure, sizeof failure, format, values);
  va_end(values);
  has_failed = true;
  return NULL;
}

/// What an environment variable holds; NULL where it is not set or empty.
static const char *variable(const char *name) {
  const char *const value = getenv(name);
  return value != NULL && *value != 0 ? value : NULL;
}

/// Opens a library, from the root folder where the working directory has been deleted: oneMKL, a part of libtorch, ends the
/// program in such a one while it is loaded.
static void *open_library(const char *place, int flags) {
  char path[PATH_MAX];
  const bool is_deleted = getcwd(path, sizeof path) == NULL && errno == ENOENT;
  const int deleted = is_deleted ? open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
  const bool has_left = deleted != -1 && chdir("/") == 0;
  void *const library = dlopen(place, flags);
  // Back there, so that no relative path is taken for one in another folder.
  if (has_left && fchdir(deleted) != 0) {
    fputs("Error: the working directory cannot be used; change to another one\n", stderr);
    exit(1);
  }
  if (deleted != -1) close(deleted);
  return library;
}

/// Writes the version of the libtorch behind `library` to `version`, which stays empty where it does not tell.
static void read_version(void *library) {
  // Looked up by name, so that a libtorch without it still loads.
  uint64_t (*const number)(void) = (uint64_t (*)(void))dlsym(library, "aoti_torch_abi_version");
  if (number == NULL) return;
  const uint64_t value = number();
  snprintf(
    version, sizeof version, "%d.%d.%d", (int)(value >> 56 & 0xff), (int)(value >> 48 & 0xff), (int)(value >> 40 & 0xff));
}

/// Writes the first two numbers of a version, as in 2.11.
static void shorten(const char *whole, char *result, size_t room) {
  int major = 0, minor = 0;
  if (sscanf(whole, "%d.%d", &major, &minor) == 2) snprintf(result, room, "%d.%d", major, minor);
  else snprintf(result, room, "?");
}

/// Opens one of the libraries beside the program, where the program's own run path looks first, or returns NULL.
///
/// - reason: why it cannot be opened, of the first that is there and cannot; empty where none is there.
static void *open_beside(const char *name, char *reason, size_t room) {
  void *const library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
  const char *const words = library == NULL ? dlerror() : NULL;
  // The loader's words begin with the name where it finds no such file, as for any other reason; the rest tells them apart.
  if (words != NULL && *reason == 0 && strstr(words, "No such file") == NULL) snprintf(reason, room, "%s", words);
  return library;
}

/// Opens the library that was compiled against a version of libtorch, given as 2.11, or returns NULL.
///
/// libCTorch-2.11.so and its like stand where there are libraries for several versions, libCTorch.so beside the program of a
/// build.
static void *open_ctorch(const char *wanted, bool is_any_welcome, char *reason, size_t room) {
  char name[64], built[16];
  shorten(TORCH_VERSION, built, sizeof built);
  *reason = 0;
  snprintf(name, sizeof name, ON_RUN_PATH "libCTorch-%s" LIBRARY_ENDING, wanted);
  void *library = open_beside(name, reason, room);
  const bool is_own = strcmp(wanted, built) == 0;
  if (library == NULL && !is_own && is_any_welcome) {
    snprintf(name, sizeof name, ON_RUN_PATH "libCTorch-%s" LIBRARY_ENDING, built);
    library = open_beside(name, reason, room);
  }
  if (library == NULL && (is_own || is_any_welcome)) library = open_beside(ON_RUN_PATH LIBRARY_NAME, reason, room);
  return library;
}

/// The versions of libtorch for which there are libraries beside the program, as in "2.11, 2.13"; at least its own.
static const char *supported_versions(void) {
  static char result[256];
  shorten(TORCH_VERSION, result, sizeof result);
#ifndef __APPLE__
  char pattern[PATH_MAX];
  const ssize_t length = readlink("/proc/self/exe", pattern, sizeof pattern - 32);
  char *const slash = length > 0 ? memrchr(pattern, '/', (size_t)length) : NULL;
  glob_t found;
  if (slash == NULL) return result;
  strcpy(slash, "/libCTorch-*" LIBRARY_ENDING);
  if (glob(pattern, 0, NULL, &found) != 0) return result;
  for (size_t index = 0; index < found.gl_pathc; index++) {
    char other[16];
    shorten(strrchr(found.gl_pathv[index], '-') + 1, other, sizeof other);
    char within[sizeof result + 4], whole[24];
    snprintf(within, sizeof within, ", %s,", result);
    snprintf(whole, sizeof whole, ", %s,", other);
    if (strstr(within, whole) == NULL && strlen(result) + strlen(other) + 3 < sizeof result)
      strcat(strcat(result, ", "), other);
  }
  globfree(&found);
#endif
  return result;
}

/// What to do where the library does not fit the program.
static const char *rebuild(void) {
  return variable("PBA_PYTHON") != NULL ? "install the wheel of swift-pba again" : "build it again: swift build -c release";
}

/// What to do where there is no libtorch of a supported version: for a program of a Python package, as its Python says in
/// PBA_PYTHON, or for one of a checkout.
static const char *cure(void) {
  static char result[PATH_MAX + 64];
  const char *const python = variable("PBA_PYTHON");
  if (python == NULL) return "run scripts/bootstrap";
  snprintf(result, sizeof result, "install it with %s -m pip install 'swift-pba[torch]'", python);
  return result;
}

/// Whether a library was not opened because memory is used up, by the loader's reason.
static bool is_for_memory(const char *reason) {
  return strstr(reason, "failed to map segment") != NULL || strcasestr(reason, "cannot allocate") != NULL;
}

/// Says why a library was not opened where that is not its own fault.
static const ctorch_table *fail_for_memory(const char *reason) {
  return fail("not enough memory to load libtorch (%s); raise the limit of memory (ulimit -v or -d)", reason);
}

static const ctorch_table *load(void) {
  const char *const folder = variable("LIBTORCH");
  char place[2048] = ON_RUN_PATH LIBTORCH_NAME;
  if (folder != NULL && snprintf(place, sizeof place, "%s/lib/" LIBTORCH_NAME, folder) >= (int)sizeof place)
    return fail("LIBTORCH is set to a path of %zu characters, which is too long", strlen(folder));
  // Open to all libraries, as libtorch's CUDA part needs it.
  void *const libtorch = open_library(place, RTLD_NOW | RTLD_GLOBAL);
  const char *reason = libtorch == NULL ? dlerror() : NULL;
  if (reason != NULL && is_for_memory(reason)) return fail_for_memory(reason);
  if (reason != NULL && folder != NULL)
    return fail(
      "LIBTORCH is set to %s, and no libtorch can be loaded from there (%s); point it to an unpacked libtorch or to the "
      "folder 'torch' of an installed PyTorch, of version %s, or unset it",
      folder, reason, supported_versions());
  if (reason != NULL)
    return fail(
      "this needs libtorch, which cannot be loaded (%s); %s, or set LIBTORCH to an unpacked libtorch or to the folder 'torch' "
      "of an installed PyTorch, of version %s",
      reason, cure(), supported_versions());
  read_version(libtorch);
  const bool is_any_welcome = variable("PBA_ANY_LIBTORCH") != NULL;
  char loaded_version[16], built_version[16];
  shorten(version, loaded_version, sizeof loaded_version);
  shorten(TORCH_VERSION, built_version, sizeof built_version);
  char obstacle[1024];
  void *const library = open_ctorch(loaded_version, is_any_welcome, obstacle, sizeof obstacle);
  const bool is_there = library != NULL || *obstacle != 0;
  if (library == NULL && is_for_memory(obstacle)) return fail_for_memory(obstacle);
  if (!is_there && strcmp(loaded_version, built_version) != 0 && !is_any_welcome)
    return fail(
      "libtorch %s %s%s is not supported, only %s is; point LIBTORCH to one of these, or unset it and %s, or set "
      "PBA_ANY_LIBTORCH=1 to try this one anyway",
      *version ? version : "of an unknown version", folder != NULL ? "in " : "on the library search path",
      folder != NULL ? folder : "", supported_versions(), cure());
  if (library == NULL)
    return fail(
      "%s, the part of this program that uses libtorch %s, cannot be loaded (%s); put it beside the program, or %s",
      LIBRARY_NAME, *version ? version : "", is_there ? obstacle : "no such file", rebuild());
  const ctorch_table *(*const entry)(void) = (const ctorch_table *(*)(void))dlsym(library, CTORCH_ENTRY);
  const ctorch_table *const table = entry != NULL ? entry() : NULL;
  char compiled_version[16] = "";
  if (table != NULL) shorten(table->torch_version, compiled_version, sizeof compiled_version);
  const bool is_of_version =
    strcmp(compiled_version, loaded_version) == 0 || (is_any_welcome && strcmp(compiled_version, built_version) == 0);
  if (table == NULL || !is_of_version || strcmp(table->declarations, CTORCH_DECLARATIONS) != 0)
    return fail("%s is of another build than this program; %s", LIBRARY_NAME, rebuild());
  preparing = table;
  const bool is_prepared = prepare == NULL || prepare();
  preparing = NULL;
  return is_prepared ? table : fail("%s", table->error());
}

const ctorch_table *ctorch_loaded(void) {
  const ctorch_table *table = atomic_load_explicit(&loaded, memory_order_acquire);
  if (table != NULL) return table;
  if (preparing != NULL) return preparing;
  pthread_mutex_lock(&loading);
  table = atomic_load_explicit(&loaded, memory_order_relaxed);
  if (table == NULL && !has_failed) {
    table = load();
    atomic_store_explicit(&loaded, table, memory_order_release);
  }
  pthread_mutex_unlock(&loading);
  return table;
}

const char *ctorch_load_error(void) { return failure; }

void ct_when_loaded(bool (*body)(void)) { prepare = body; }

const char *ct_built_version(void) {
  const ctorch_table *const table = atomic_load_explicit(&loaded, memory_order_acquire);
  return table != NULL ? table->torch_version : TORCH_VERSION;
}

const char *ct_loaded_version(void) {
  ctorch_loaded();
  return version;
}
