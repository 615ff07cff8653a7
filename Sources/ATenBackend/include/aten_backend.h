// The library libCTorch: the functions of CTorch's headers, compiled against one libtorch.
#ifndef ATEN_BACKEND_H
#define ATEN_BACKEND_H

#ifdef __cplusplus
extern "C" {
#endif

/// The table of its functions, a `const ctorch_table *`.
__attribute__((visibility("default"))) const void *ctorch(void);

#ifdef __cplusplus
}
#endif

#endif
