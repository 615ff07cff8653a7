import CPixels

/// Movements of pixels: what leaves the image is lost, what comes from outside is transparent black.
extension Canvas {
  /// Moves row y sideways: its pixels come from `(start + y * step) >> 16` columns further right.
  mutating func slideRows(start: Int, step: Int) {
    if let kernels {
      kernels.slide_rows(pixels, spare, width, height, Int64(start), Int64(step))
    } else {
      for y in 0..<height {
        copyRow(y, from: y, shift: (start &+ y &* step) >> 16)
      }
    }
    swapBuffers()
  }

  /// Fills row `y` of the spare buffer from row `source` with each pixel taken `shift` columns further right.
  func copyRow(_ y: Int, from source: Int, shift: Int) {
    let target = spare + y &* width
    guard source >= 0, source < height else {
      target.update(repeating: 0, count: width)
      return
    }
    let first = min(max(-shift, 0), width)
    let end = max(min(width &- shift, width), first)
    target.update(repeating: 0, count: first)
    (target + first).update(from: pixels + source &* width + first + shift, count: end - first)
    (target + end).update(repeating: 0, count: width - end)
  }

  /// Moves every pixel by nearest neighbour, as Pillow does it for an image below 32768 pixels a side.
  ///
  /// Pillow walks through the old image in 16.16 fixed-point numbers, from the middle of the first pixel. The
  /// rounding decides which neighbour a place half-way takes, so the arithmetic here is the same.
  mutating func resample(_ map: AffineMap) {
    let (stepX, stepY) = (fixedPoint(map.a), fixedPoint(map.d))
    let (rowX, rowY) = (fixedPoint(map.b), fixedPoint(map.e))
    var startX = fixedPoint(map.c + map.a * 0.5 + map.b * 0.5)
    var startY = fixedPoint(map.f + map.d * 0.5 + map.e * 0.5)
    if let kernels {
      let walk = cpixels_walk(
        start_x: Int64(startX), start_y: Int64(startY), step_x: Int64(stepX), step_y: Int64(stepY),
        row_x: Int64(rowX), row_y: Int64(rowY))
      if kernels.resample(pixels, spare, width, height, walk) { return swapBuffers() }
    }
    let (limitX, limitY) = (UInt(bitPattern: width << 16), UInt(bitPattern: height << 16))
    let (source, width) = (pixels, width)
    for y in 0..<height {
      let target = spare + y &* width
      // The columns that fall inside the old image are one run: find its ends, then copy without looking.
      var first = 0
      var end = width
      while first < end,
        UInt(bitPattern: startX &+ first &* stepX) >= limitX
          || UInt(bitPattern: startY &+ first &* stepY) >= limitY
      {
        target[first] = 0
        first &+= 1
      }
      while end > first,
        UInt(bitPattern: startX &+ (end &- 1) &* stepX) >= limitX
          || UInt(bitPattern: startY &+ (end &- 1) &* stepY) >= limitY
      {
        end &-= 1
        target[end] = 0
      }
      var (sourceX, sourceY) = (startX &+ first &* stepX, startY &+ first &* stepY)
      for x in first..<end {
        target[x] = source[(sourceY >> 16) &* width &+ (sourceX >> 16)]
        sourceX &+= stepX
        sourceY &+= stepY
      }
      startX &+= rowX
      startY &+= rowY
    }
    swapBuffers()
  }
}

/// Returns a number in 16.16 fixed point, rounded half up.
func fixedPoint(_ value: Double) -> Int {
  Int((value * 65536 + 0.5).rounded(.down))
}
