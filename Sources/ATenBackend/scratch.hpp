// Working memory of one thread, kept from call to call.
#pragma once

#include <cstdint>
#include <memory>

namespace ct {

/// At least `count` floats, with anything in them, until this thread's next call.
inline float *scratch(int64_t count) {
  static thread_local std::unique_ptr<float[]> memory;
  static thread_local int64_t size = 0;
  if (count > size) {
    memory.reset();
    memory.reset(new float[count]);
    size = count;
  }
  return memory.get();
}

}  // namespace ct
