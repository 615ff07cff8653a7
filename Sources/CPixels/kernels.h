// The kernels, written once in vectors of LANES pixels. Included by a file for each set of instructions, which names
// the table of its kernels KERNELS.
#include "vectors.h"
#include "words.h"
#include "lookup.h"
#include "mixing.h"
#include "grey.h"
#include "colours.h"
#include "sharpen.h"
#include "statistics.h"
#include "movements.h"
#include "columns.h"
#include "hue.h"
#include "projection.h"
#include "tail.h"
#include "blocks.h"
#include "blur.h"
#include "noise.h"
#include "jpeg.h"

const cpixels_kernels KERNELS = {
    .name = KERNELS_NAME,
    .load_rgb = load_rgb,
    .invert = invert,
    .keep_bits = keep_bits,
    .solarize = solarize,
    .replace = replace,
    .mix_grey = mix_grey,
    .mix_luma = mix_luma,
    .sum_luma = sum_luma,
    .sharpen = sharpen,
    .stretch_tables = stretch_tables,
    .equalize_tables = equalize_tables,
    .slide_rows = slide_rows,
    .slide_columns = slide_columns,
    .resample = resample,
    .replace_by_one = replace_by_one,
    .make_grey = make_grey,
    .pick_channels = pick_channels,
    .turn_hue = turn_hue,
    .project = project,
    .tail = tail,
    .blur = blur,
    .fill_noise = fill_noise,
    .add_noise = add_noise,
    .to_planes = to_planes,
    .requantise = requantise,
    .from_planes = from_planes,
};
