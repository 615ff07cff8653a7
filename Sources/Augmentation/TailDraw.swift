/// The geometry of the tail as drawn for one image.
struct TailDraw {
  /// How far the cut-out piece lies to the right of and below the image's corner; negative towards the padding.
  var shiftX = 0
  var shiftY = 0
  var isFlipped = false
  /// The columns and rows of the finished image that Cutout sets to the mean colour.
  var blankColumns = 0..<0
  var blankRows = 0..<0

  init(_ tail: BatchTail, width: Int, height: Int, using random: inout RandomStream) {
    if tail.cropPadding > 0 {
      shiftY = random.uniform(below: 2 * tail.cropPadding) - tail.cropPadding
      shiftX = random.uniform(below: 2 * tail.cropPadding) - tail.cropPadding
    }
    if tail.flip {
      isFlipped = random.uniform() < 0.5
    }
    if tail.cutout > 0 {
      let (row, column) = (random.uniform(below: height), random.uniform(below: width))
      blankRows = cutoutRange(center: row, reach: tail.cutout / 2, limit: height)
      blankColumns = cutoutRange(center: column, reach: tail.cutout / 2, limit: width)
    }
  }
}
