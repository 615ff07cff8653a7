/// Where the tail reads pixels from.
protocol PixelSource {
  /// Returns a pixel as ``Canvas`` has it: R in the lowest byte, A in the highest.
  func pixel(at index: Int) -> Canvas.Pixel
}

/// An image of the dataset itself: interleaved RGB bytes, opaque.
struct RGBSource: PixelSource {
  let bytes: UnsafePointer<UInt8>

  @inline(__always)
  func pixel(at index: Int) -> Canvas.Pixel {
    let first = bytes + 3 &* index
    return Canvas.Pixel(first[0]) | Canvas.Pixel(first[1]) << 8 | Canvas.Pixel(first[2]) << 16
      | Canvas.alphaMask
  }
}

/// An image on a canvas.
struct CanvasSource: PixelSource {
  let pixels: UnsafeMutablePointer<Canvas.Pixel>

  @inline(__always)
  func pixel(at index: Int) -> Canvas.Pixel { pixels[index] }
}

/// Writes one image as normalised numbers: crop, flip, Cutout and layout in a single pass.
struct TailWriter {
  let width: Int
  let height: Int
  let layout: BatchTail.Layout
  /// ``BatchTail/normalisation``.
  let table: UnsafePointer<UInt32>

  /// Writes `width * height * 3` numbers.
  @inline(__always)
  func write(_ source: some PixelSource, _ draw: TailDraw, to output: UnsafeMutablePointer<Float>) {
    // Each call is compiled for its own strides.
    switch layout {
    case .nhwc: write(source, draw, to: output, pixelStride: 3, channelStride: 1)
    case .nchw: write(source, draw, to: output, pixelStride: 1, channelStride: width &* height)
    }
  }

  @inline(__always)
  private func write(
    _ source: some PixelSource, _ draw: TailDraw, to output: UnsafeMutablePointer<Float>, pixelStride: Int,
    channelStride: Int
  ) {
    let step = draw.isFlipped ? -1 : 1
    // Column x of the result is column origin + step · x of the image.
    let origin = draw.isFlipped ? width &- 1 &+ draw.shiftX : draw.shiftX
    let (first, end) = insideColumns(origin: origin, step: step)
    for y in 0..<height {
      let row = output + y &* width &* pixelStride
      let sourceY = y &+ draw.shiftY
      guard sourceY >= 0, sourceY < height, first < end else {
        blank(row, 0..<width, pixelStride, channelStride)
        continue
      }
      blank(row, 0..<first, pixelStride, channelStride)
      var index = sourceY &* width &+ origin &+ first &* step
      for x in first..<end {
        let pixel = source.pixel(at: index)
        // A transparent pixel becomes 0, whose bits are all zero.
        let visible: UInt32 = pixel >> 24 == 0 ? 0 : .max
        let target = row + x &* pixelStride
        target[0] = Float(bitPattern: table[Int(pixel & 255)] & visible)
        target[channelStride] = Float(bitPattern: table[256 &+ Int(pixel >> 8 & 255)] & visible)
        target[2 &* channelStride] = Float(bitPattern: table[512 &+ Int(pixel >> 16 & 255)] & visible)
        index &+= step
      }
      blank(row, end..<width, pixelStride, channelStride)
    }
    for y in draw.blankRows {
      blank(output + y &* width &* pixelStride, draw.blankColumns, pixelStride, channelStride)
    }
  }

  /// Returns the run of columns x for which origin + step · x lies in the image.
  private func insideColumns(origin: Int, step: Int) -> (first: Int, end: Int) {
    let (first, end) = step > 0 ? (-origin, width - origin) : (origin - width + 1, origin + 1)
    let begin = min(max(first, 0), width)
    return (begin, max(min(end, width), begin))
  }

  /// Sets columns of a row to 0, the mean colour.
  @inline(__always)
  private func blank(
    _ row: UnsafeMutablePointer<Float>, _ columns: Range<Int>, _ pixelStride: Int, _ channelStride: Int
  ) {
    if channelStride == 1 {
      (row + columns.lowerBound &* 3).update(repeating: 0, count: columns.count &* 3)
    } else {
      for channel in 0..<3 {
        (row + channel &* channelStride + columns.lowerBound).update(repeating: 0, count: columns.count)
      }
    }
  }
}
