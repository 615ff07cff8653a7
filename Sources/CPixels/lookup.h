// Replacing colours by tables of 256 entries.

#if defined(LOOKED_UP)

// The entries of bytes, by instructions that look up in tables of 128.
INLINE u8 looked_up(u8 values, const u8 *parts) {
  return CHOSEN(values, LOOKED_UP(values, parts[0], parts[1]), LOOKED_UP(values, parts[2], parts[3]));
}

static void replace(uint32_t *pixels, ptrdiff_t count, const uint8_t *tables) {
  u8 parts[3][4];
  for (int channel = 0; channel < 3; channel++)
    for (int part = 0; part < 4; part++) parts[channel][part] = load_u8(tables + 256 * channel + 4 * LANES * part);
  for (ptrdiff_t index = 0; index < count; index += LANES) {
    u8 these = load_u8(pixels + index);
    u32 red = (u32)looked_up(these, parts[0]), green = (u32)looked_up(these, parts[1]);
    u32 blue = (u32)looked_up(these, parts[2]);
    store_u32(pixels + index, (red & 0xFF) | (green & 0xFF00) | (blue & 0xFF0000) | ALPHA);
  }
}

// Replaces all colours by one table; alpha stays.
static void replace_by_one(uint32_t *pixels, ptrdiff_t count, const uint8_t *table) {
  u8 parts[4];
  for (int part = 0; part < 4; part++) parts[part] = load_u8(table + 4 * LANES * part);
  for (ptrdiff_t index = 0; index < count; index += LANES) {
    u8 these = load_u8(pixels + index);
    store_u32(pixels + index, with_alpha_of((u32)looked_up(these, parts), (u32)these));
  }
}

#elif defined(SHUFFLED)

#define BY_CHANNEL(o) (o), (o) + 4, (o) + 8, (o) + 12, (o) + 1, (o) + 5, (o) + 9, (o) + 13, (o) + 2, (o) + 6, (o) + 10, \
    (o) + 14, (o) + 3, (o) + 7, (o) + 11, (o) + 15
#define OTHER (4 * LANES)
#define TWO(o) (o), (o) + 1
#define FOUR(o) TWO(o), TWO((o) + 2)
#define ONES(o) (o), (o) + OTHER, (o) + 1, (o) + 1 + OTHER, (o) + 2, (o) + 2 + OTHER, (o) + 3, (o) + 3 + OTHER
#define LOWER_ONES(o) ONES(o), ONES((o) + 4)
#define UPPER_ONES(o) LOWER_ONES((o) + 8)
#define TWOS(o) TWO(o), TWO((o) + OTHER), TWO((o) + 2), TWO((o) + 2 + OTHER)
#define LOWER_TWOS(o) TWOS(o), TWOS((o) + 4)
#define UPPER_TWOS(o) LOWER_TWOS((o) + 8)
#define LOWER_FOURS(o) FOUR(o), FOUR((o) + OTHER), FOUR((o) + 4), FOUR((o) + 4 + OTHER)
#define UPPER_FOURS(o) LOWER_FOURS((o) + 8)
#define LOWER_EIGHTS(o) FOUR(o), FOUR((o) + 4), FOUR((o) + OTHER), FOUR((o) + 4 + OTHER)
#define UPPER_EIGHTS(o) LOWER_EIGHTS((o) + 8)
// Parts of two vectors in turns, in every 128 bits.
#define IN_TURNS(first, second, indexes) __builtin_shufflevector(first, second, IN_PARTS(indexes))

// Four vectors of pixels as one of each channel.
INLINE void separate(const uint32_t *pixels, u8 *channels) {
  u8 groups[4];
  for (int part = 0; part < 4; part++) {
    u8 these = load_u8(pixels + part * LANES);
    groups[part] = __builtin_shufflevector(these, these, IN_PARTS(BY_CHANNEL));
  }
  u8 lower = IN_TURNS(groups[0], groups[1], LOWER_FOURS), upper = IN_TURNS(groups[2], groups[3], LOWER_FOURS);
  channels[0] = IN_TURNS(lower, upper, LOWER_EIGHTS);
  channels[1] = IN_TURNS(lower, upper, UPPER_EIGHTS);
  lower = IN_TURNS(groups[0], groups[1], UPPER_FOURS), upper = IN_TURNS(groups[2], groups[3], UPPER_FOURS);
  channels[2] = IN_TURNS(lower, upper, LOWER_EIGHTS);
}

// The same the other way round, opaque.
INLINE void join(uint32_t *pixels, const u8 *channels) {
  const u8 opaque = ~(u8){0};
  u8 first = IN_TURNS(channels[0], channels[1], LOWER_ONES), last = IN_TURNS(channels[2], opaque, LOWER_ONES);
  store_u8(pixels, IN_TURNS(first, last, LOWER_TWOS));
  store_u8(pixels + LANES, IN_TURNS(first, last, UPPER_TWOS));
  first = IN_TURNS(channels[0], channels[1], UPPER_ONES), last = IN_TURNS(channels[2], opaque, UPPER_ONES);
  store_u8(pixels + 2 * LANES, IN_TURNS(first, last, LOWER_TWOS));
  store_u8(pixels + 3 * LANES, IN_TURNS(first, last, UPPER_TWOS));
}

// Looks bytes up in a quarter of a table, in four parts of it. A place from 128 on is not in a part, which then gives 0.
INLINE u8 looked_up_in_quarter(const u8 *places, const uint8_t *quarter) {
  u8 found = {0};
  for (int part = 0; part < 4; part++) found |= SHUFFLED(REPEATED(quarter + 16 * part), places[part]);
  return found;
}

// Looks bytes up in all quarters of a table, of which the upper two bits of a byte then choose one.
INLINE u8 looked_up(u8 values, const uint8_t *table) {
  u8 places[4];
  for (int part = 0; part < 4; part++)
    places[part] = __builtin_elementwise_add_sat((values & 63) ^ (uint8_t)(16 * part), (u8){0} + 112);
  u8 upper_bit = values + values;
  u8 lower = CHOSEN(upper_bit, looked_up_in_quarter(places, table), looked_up_in_quarter(places, table + 64));
  u8 upper = CHOSEN(upper_bit, looked_up_in_quarter(places, table + 128), looked_up_in_quarter(places, table + 192));
  return CHOSEN(values, lower, upper);
}

static void replace(uint32_t *pixels, ptrdiff_t count, const uint8_t *tables) {
  for (ptrdiff_t index = 0; index < count; index += 4 * LANES) {
    u8 channels[3];
    separate(pixels + index, channels);
#pragma clang loop unroll(full)
    for (int channel = 0; channel < 3; channel++) channels[channel] = looked_up(channels[channel], tables + 256 * channel);
    join(pixels + index, channels);
  }
}

// Replaces all colours by one table; alpha stays.
static void replace_by_one(uint32_t *pixels, ptrdiff_t count, const uint8_t *table) {
  for (ptrdiff_t index = 0; index < count; index += LANES) {
    u8 these = load_u8(pixels + index);
    store_u32(pixels + index, with_alpha_of((u32)looked_up(these, table), (u32)these));
  }
}

#else

static void replace(uint32_t *pixels, ptrdiff_t count, const uint8_t *tables) {
  // Entries in the place where the pixel has them, so that three of them need only be joined.
  uint32_t red[256], green[256], blue[256];
  for (int value = 0; value < 256; value++) {
    red[value] = tables[value] | ALPHA;
    green[value] = (uint32_t)tables[256 + value] << 8;
    blue[value] = (uint32_t)tables[512 + value] << 16;
  }
  // Four pixels a turn. Up to three pixels behind the image are changed as well.
#pragma clang loop vectorize(disable)
  for (ptrdiff_t index = 0; index < count; index += 4) {
    for (int turn = 0; turn < 4; turn++) {
      uint32_t pixel = pixels[index + turn];
      pixels[index + turn] = red[pixel & 255] | green[pixel >> 8 & 255] | blue[pixel >> 16 & 255];
    }
  }
}

// Replaces all colours by one table; alpha stays.
static void replace_by_one(uint32_t *pixels, ptrdiff_t count, const uint8_t *table) {
#pragma clang loop vectorize(disable)
  for (ptrdiff_t index = 0; index < count; index++) {
    uint32_t pixel = pixels[index];
    pixels[index] = table[pixel & 255] | (uint32_t)table[pixel >> 8 & 255] << 8 |
                    (uint32_t)table[pixel >> 16 & 255] << 16 | (pixel & ALPHA);
  }
}

#endif
