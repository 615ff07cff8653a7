#include "ccurl.h"

// Older libraries know nothing else than the deprecated option.
#define CURL_DISABLE_DEPRECATION
#include <curl/curl.h>
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>

#ifdef __APPLE__
static const char *const library_name = "libcurl.4.dylib";
#else
static const char *const library_name = "libcurl.so.4";
#endif

// The library's functions under their own types, once it is loaded.
static struct {
  __typeof__(curl_global_init) *global_init;
  __typeof__(curl_easy_init) *easy_init;
  __typeof__(curl_easy_setopt) *easy_setopt;
  __typeof__(curl_easy_perform) *easy_perform;
  __typeof__(curl_easy_strerror) *easy_strerror;
  __typeof__(curl_easy_cleanup) *easy_cleanup;
  __typeof__(curl_slist_append) *slist_append;
  __typeof__(curl_slist_free_all) *slist_free_all;
} library;
static int is_loaded;
static pthread_once_t loading = PTHREAD_ONCE_INIT;

static void load(void) {
  void *handle = dlopen(library_name, RTLD_NOW | RTLD_LOCAL);
  if (!handle) return;
  library.global_init = dlsym(handle, "curl_global_init");
  library.easy_init = dlsym(handle, "curl_easy_init");
  library.easy_setopt = dlsym(handle, "curl_easy_setopt");
  library.easy_perform = dlsym(handle, "curl_easy_perform");
  library.easy_strerror = dlsym(handle, "curl_easy_strerror");
  library.easy_cleanup = dlsym(handle, "curl_easy_cleanup");
  library.slist_append = dlsym(handle, "curl_slist_append");
  library.slist_free_all = dlsym(handle, "curl_slist_free_all");
  is_loaded = library.global_init && library.easy_init && library.easy_setopt && library.easy_perform &&
              library.easy_strerror && library.easy_cleanup && library.slist_append && library.slist_free_all &&
              library.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

static size_t pass_header(char *bytes, size_t size, size_t count, void *context) {
  const ccurl_request *request = context;
  return request->on_header(bytes, size * count, request->context);
}

static size_t pass_body(char *bytes, size_t size, size_t count, void *context) {
  const ccurl_request *request = context;
  return request->on_body(bytes, size * count, request->context);
}

static ccurl_end ending(CURLcode code) {
  switch (code) {
    case CURLE_OK: return CCURL_COMPLETE;
    case CURLE_WRITE_ERROR: return CCURL_REFUSED;
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_PARTIAL_FILE:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM: return CCURL_BROKEN;
    default: return CCURL_IMPOSSIBLE;
  }
}

/// Allows http and https alone, in the words of whichever library was found.
static CURLcode restrict_protocols(CURL *handle) {
#if LIBCURL_VERSION_NUM >= 0x075500
  // The library may be older than the headers.
  if (library.easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK) return CURLE_OK;
#endif
  return library.easy_setopt(handle, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
}

/// Carries out a transfer in which a peer that hangs up is an error and never the end of the program.
///
/// With CURLOPT_NOSIGNAL libcurl leaves SIGPIPE to its caller. This thread alone holds it back, and takes out what came.
static CURLcode perform_without_sigpipe(CURL *handle) {
  sigset_t broken_pipe, before, pending;
  sigemptyset(&broken_pipe);
  sigaddset(&broken_pipe, SIGPIPE);
  sigpending(&pending);
  int was_pending = sigismember(&pending, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &broken_pipe, &before);
  CURLcode code = library.easy_perform(handle);
  sigpending(&pending);
  int number;
  if (!was_pending && sigismember(&pending, SIGPIPE)) sigwait(&broken_pipe, &number);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return code;
}

ccurl_end ccurl_get(const ccurl_request *request, char *message, size_t message_size) {
  pthread_once(&loading, load);
  if (!is_loaded) {
    snprintf(message, message_size, "%s is not installed (Debian and Ubuntu: apt-get install libcurl4)", library_name);
    return CCURL_IMPOSSIBLE;
  }
  CURL *handle = library.easy_init();
  if (!handle) {
    snprintf(message, message_size, "no memory for libcurl");
    return CCURL_IMPOSSIBLE;
  }
  if (restrict_protocols(handle) != CURLE_OK) {
    snprintf(message, message_size, "%s cannot be kept to http and https; install libcurl 7.19.4 or later", library_name);
    library.easy_cleanup(handle);
    return CCURL_IMPOSSIBLE;
  }
  struct curl_slist *headers = NULL;
  for (const char *const *line = request->headers; *line; line++) headers = library.slist_append(headers, *line);
  char reason[CURL_ERROR_SIZE] = "";
  library.easy_setopt(handle, CURLOPT_URL, request->url);
  library.easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
  library.easy_setopt(handle, CURLOPT_USERAGENT, "swift-pba");
  library.easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 1L);
  library.easy_setopt(handle, CURLOPT_MAXREDIRS, 5L);
  library.easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, 30L);
  // Less than a byte a second for a minute is no connection any more.
  library.easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
  library.easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, 60L);
  library.easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  library.easy_setopt(handle, CURLOPT_BUFFERSIZE, 1L << 18);
  library.easy_setopt(handle, CURLOPT_ERRORBUFFER, reason);
  library.easy_setopt(handle, CURLOPT_HEADERFUNCTION, pass_header);
  library.easy_setopt(handle, CURLOPT_HEADERDATA, (void *)request);
  library.easy_setopt(handle, CURLOPT_WRITEFUNCTION, pass_body);
  library.easy_setopt(handle, CURLOPT_WRITEDATA, (void *)request);
  CURLcode code = perform_without_sigpipe(handle);
  if (code != CURLE_OK)
    snprintf(message, message_size, "%s", reason[0] ? reason : library.easy_strerror(code));
  library.slist_free_all(headers);
  library.easy_cleanup(handle);
  return ending(code);
}
