// Kernels that read an image and say something of it.

static uint64_t sum_luma(const uint32_t *pixels, ptrdiff_t count) {
  uint64_t total = 0;
  ptrdiff_t index = 0;
  while (index + LANES <= count) {
    // The upper words hold the greys of so many pixels without overflow; the lower ones are of no interest.
    ptrdiff_t end = count - index > 256 * LANES ? index + 256 * LANES : count;
    u16 sums = {0};
    for (; index + LANES <= end; index += LANES) sums += (u16)luma_products(load_u32(pixels + index));
    total += __builtin_reduce_add((u32)sums >> 16);
  }
  for (; index < count; index++) {
    uint32_t pixel = pixels[index];
    total += (19595 * (pixel & 255) + 38470 * (pixel >> 8 & 255) + 7471 * (pixel >> 16 & 255) + 32768) >> 16;
  }
  return total;
}

INLINE void find_extremes(const uint32_t *pixels, ptrdiff_t count, uint8_t *lowest, uint8_t *highest) {
  uint8_t low[4 * LANES], high[4 * LANES];
  u8 least = ~(u8){0}, most = {0};
  ptrdiff_t index = 0;
  for (; index + LANES <= count; index += LANES) {
    u8 these = load_u8(pixels + index);
    least = __builtin_elementwise_min(least, these);
    most = __builtin_elementwise_max(most, these);
  }
  store_u8(low, least);
  store_u8(high, most);
  for (int byte = 0; byte < 4; byte++) {
    lowest[byte] = 255;
    highest[byte] = 0;
    for (int lane = 0; lane < LANES; lane++) {
      if (low[4 * lane + byte] < lowest[byte]) lowest[byte] = low[4 * lane + byte];
      if (high[4 * lane + byte] > highest[byte]) highest[byte] = high[4 * lane + byte];
    }
    for (ptrdiff_t rest = index; rest < count; rest++) {
      uint8_t value = (uint8_t)(pixels[rest] >> 8 * byte);
      if (value < lowest[byte]) lowest[byte] = value;
      if (value > highest[byte]) highest[byte] = value;
    }
  }
}

static void stretch_tables(const uint32_t *pixels, ptrdiff_t count, uint8_t *tables) {
  uint8_t lowest[4], highest[4];
  find_extremes(pixels, count, lowest, highest);
  for (int channel = 0; channel < 3; channel++) {
    uint8_t *table = tables + 256 * channel;
    int low = lowest[channel], high = highest[channel];
    if (low == high) {
      table[low] = (uint8_t)low;
      continue;
    }
    // Double precision in this order, because Pillow cuts off what this order leaves.
    double scale = 255.0 / (high - low);
    double offset = -low * scale;
    for (int value = 0; value < 256; value++) {
      double stretched = value * scale + offset;
      stretched = stretched < 0 ? 0 : stretched > 255 ? 255 : stretched;
      table[value] = (uint8_t)(int)stretched;
    }
  }
}

// Counts each value of each channel. Neighbours are often equal, and a count cannot be raised again before it is
// written: four pixels in a row have tables of their own, which are then summed in the first.
INLINE void count_values(const uint32_t *pixels, ptrdiff_t count, uint32_t *counts) {
  __builtin_memset(counts, 0, 12 * 256 * sizeof *counts);
  ptrdiff_t index = 0;
  for (; index + 4 <= count; index += 4) {
    for (int turn = 0; turn < 4; turn++) {
      uint32_t pixel = pixels[index + turn], *own = counts + turn * 768;
      own[pixel & 255]++;
      own[256 + (pixel >> 8 & 255)]++;
      own[512 + (pixel >> 16 & 255)]++;
    }
  }
  for (; index < count; index++) {
    uint32_t pixel = pixels[index];
    counts[pixel & 255]++;
    counts[256 + (pixel >> 8 & 255)]++;
    counts[512 + (pixel >> 16 & 255)]++;
  }
  for (int value = 0; value < 768; value += LANES) {
    u32 sum = load_u32(counts + value) + load_u32(counts + 768 + value) + load_u32(counts + 1536 + value) +
              load_u32(counts + 2304 + value);
    store_u32(counts + value, sum);
  }
}

static void equalize_tables(const uint32_t *pixels, ptrdiff_t count, uint32_t *counts, uint8_t *tables) {
  count_values(pixels, count, counts);
  for (int channel = 0; channel < 3; channel++) {
    const uint32_t *own = counts + 256 * channel;
    uint8_t *table = tables + 256 * channel;
    int highest = 255;
    while (own[highest] == 0) highest--;
    uint32_t step = (uint32_t)(count - own[highest]) / 255;
    if (step == 0) {
      for (int value = 0; value < 256; value++) table[value] = (uint8_t)value;
      continue;
    }
    // The sums before each value, then all quotients at once. Integers below 2²³ are exact in single precision, and a
    // quotient that is no integer is further from the next one than it can be rounded.
    int32_t sums[256];
    uint32_t sum = step / 2;
    for (int value = 0; value < 256; value++) {
      sums[value] = (int32_t)sum;
      sum += own[value];
    }
    float divisor = (float)step;
    for (int value = 0; value < 256; value++) {
      int32_t quotient = (int32_t)((float)sums[value] / divisor);
      table[value] = (uint8_t)(quotient > 255 ? 255 : quotient);
    }
  }
}
