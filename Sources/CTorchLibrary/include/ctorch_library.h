// The library libCTorch: the functions of CTorch's headers, compiled against one libtorch.
#ifndef CTORCH_LIBRARY_H
#define CTORCH_LIBRARY_H

#ifdef __cplusplus
extern "C" {
#endif

/// The table of its functions, a `const ctorch_table *`.
__attribute__((visibility("default"))) const void *ctorch(void);

#ifdef __cplusplus
}
#endif

#endif
