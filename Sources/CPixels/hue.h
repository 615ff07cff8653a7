// Turning the hue of colours, through Pillow's mode HSV, in which hue, saturation and value are bytes.

INLINE f32 as_numbers(i32 integers) { return __builtin_convertvector(integers, f32); }
INLINE f32 cut_off(f32 numbers) { return as_numbers(__builtin_convertvector(numbers, i32)); }
INLINE i32 chosen_words(i32 choice, i32 first, i32 second) { return (choice & first) | (~choice & second); }
INLINE f32 chosen_numbers(i32 choice, f32 first, f32 second) { return (f32)chosen_words(choice, (i32)first, (i32)second); }
INLINE i32 lesser(i32 first, i32 second) { return __builtin_elementwise_min(first, second); }
INLINE i32 greater(i32 first, i32 second) { return __builtin_elementwise_max(first, second); }

// The hue of colours in 1/255 of the circle, cut off. Which side of an integer it falls on is a matter of rounding, so the
// steps are Pillow's: single precision up to the sixth of the circle, then double. The product with 1/6 stands for a
// division; they agree for every colour.
INLINE i32 hues(i32 red, i32 green, i32 blue, i32 most, i32 span) {
  i32 is_red = red == most, is_green = green == most;
  // The distances of the two lesser channels from the greatest; one of the two is the span.
  i32 first = chosen_words(is_red, most - blue, chosen_words(is_green, most - red, most - green));
  i32 second = chosen_words(is_red, most - green, chosen_words(is_green, most - blue, most - red));
  f32 base = chosen_numbers(is_red, (f32){0}, chosen_numbers(is_green, (f32){0} + 2, (f32){0} + 4));
  i32 is_below = second == span;
  f32 share = as_numbers(chosen_words(is_below, first, second)) / as_numbers(span);
  f32 sixths = chosen_numbers(is_below, base - 1 + share, base + 1 - share);
  f64 turns = __builtin_convertvector(sixths, f64) * (1.0 / 6) + 1;
  turns -= (f64)((i64_of_f64)(turns >= 1) & (i64_of_f64)((f64){0} + 1));
  // Rounded to single precision in between.
  turns = __builtin_convertvector(__builtin_convertvector(turns, f32), f64);
  return __builtin_convertvector(turns * 255, i32);
}

// One channel of colours from value, value times saturation, and hue in 1/510 of the circle. All products are integers that
// single precision holds, and no quotient is near a half.
INLINE u32 channel_of_hue(f32 value, f32 product, i32 hue, int32_t offset) {
  i32 place = hue + offset;
  place -= (i32)(place >= 510) & 510;
  i32 distance = greater((i32){0}, lesser((i32){0} + 85, lesser(place, 340 - place)));
  f32 numerator = value * 21675.0f - product * as_numbers(distance);
  return (u32)__builtin_convertvector(numerator * (1 / 21675.0f) + 0.5f, i32);
}

static void turn_hue(uint32_t *pixels, ptrdiff_t count, uint32_t turn) {
  for (ptrdiff_t index = 0; index < count; index += LANES) {
    u32 these = load_u32(pixels + index);
    i32 red = (i32)(these & 255), green = (i32)(these >> 8 & 255), blue = (i32)(these >> 16 & 255);
    i32 most = greater(red, greater(green, blue)), span = most - lesser(red, lesser(green, blue));
    // A grey has no hue; its span, which is 0, is its saturation.
    i32 hue = (hues(red, green, blue, most, greater(span, (i32){0} + 1)) + (int32_t)turn) & 255;
    f32 value = as_numbers(most);
    f32 saturation = cut_off(as_numbers(span) * 255.0f / as_numbers(greater(most, (i32){0} + 1)));
    f32 product = value * saturation;
    hue += hue;
    store_u32(pixels + index, channel_of_hue(value, product, hue, 425) | channel_of_hue(value, product, hue, 255) << 8 |
                                  channel_of_hue(value, product, hue, 85) << 16 | (these & ALPHA));
  }
}
