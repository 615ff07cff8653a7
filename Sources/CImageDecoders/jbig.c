// JBIG, a compression of black and white facsimiles, is not read. Its library is under the GPL, which a program that holds
// it would have to follow. An archive of libtiff asks for these functions all the same; here each says no.
#include <stddef.h>

#define HIDDEN __attribute__((visibility("hidden")))

HIDDEN void jbg_dec_init(void *decoder) { (void)decoder; }
HIDDEN void jbg_dec_free(void *decoder) { (void)decoder; }

HIDDEN int jbg_dec_in(void *decoder, unsigned char *data, size_t length, size_t *count) {
  (void)decoder, (void)data, (void)length, (void)count;
  return 1;
}

HIDDEN const char *jbg_strerror(int number) {
  (void)number;
  return "its compression is JBIG, which is not read";
}

HIDDEN unsigned char *jbg_dec_getimage(const void *decoder, int plane) {
  (void)decoder, (void)plane;
  return NULL;
}

HIDDEN unsigned long jbg_dec_getsize(const void *decoder) {
  (void)decoder;
  return 0;
}

HIDDEN int jbg_newlen(unsigned char *data, size_t length) {
  (void)data, (void)length;
  return 1;
}

HIDDEN void jbg_enc_init(void *encoder, unsigned long width, unsigned long height, int planes, unsigned char **image,
                         void (*write)(unsigned char *, size_t, void *), void *file) {
  (void)encoder, (void)width, (void)height, (void)planes, (void)image, (void)write, (void)file;
}

HIDDEN void jbg_enc_out(void *encoder) { (void)encoder; }
HIDDEN void jbg_enc_free(void *encoder) { (void)encoder; }
