/// The geometry of the tail as drawn for one image.
public struct TailDraw: Hashable, Sendable {
  /// How far the cut-out piece lies to the right of the image's corner, in pixels; negative towards the padding.
  public private(set) var shiftX = 0
  /// How far it lies below the corner, in pixels.
  public private(set) var shiftY = 0
  /// Whether it is mirrored afterwards.
  public private(set) var isFlipped = false
  /// The columns of the finished image that Cutout sets to the mean colour.
  public private(set) var blankColumns = 0..<0
  /// The rows of the finished image that Cutout sets to the mean colour.
  public private(set) var blankRows = 0..<0

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
