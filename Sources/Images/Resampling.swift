/// The bits after the point in a weight, as Pillow has them for 8-bit pixels: 32 less 8 for a pixel and 2 for sums.
private let fractionBits = 22

/// For some places of a resized axis, which old places contribute to each, and with what weight.
///
/// The triangle filter of support 1, stretched by the scale when an image shrinks; weights are normalised in double
/// precision, then rounded to 22 bits after the point. These are the steps of Pillow's `Image.resize` with `BILINEAR`,
/// so the result has the same bytes.
private struct AxisWeights {
  /// The first old place that contributes to each new place.
  let first: [Int]
  /// How many contribute.
  let counts: [Int]
  /// The weights of each new place, `capacity` apart.
  let weights: [Int32]
  let capacity: Int

  /// The places `range` of an axis of length `size` that is resized to `newSize`.
  init(size: Int, newSize: Int, range: Range<Int>) {
    let scale = Double(size) / Double(newSize)
    let stretch = max(scale, 1)
    let support = stretch
    capacity = Int(support.rounded(.up)) * 2 + 1
    var (first, counts): ([Int], [Int]) = ([], [])
    var weights = [Int32](repeating: 0, count: capacity * range.count)
    var exact = [Double](repeating: 0, count: capacity)
    for place in range {
      let center = (Double(place) + 0.5) * scale
      let low = max(Int(center - support + 0.5), 0)
      let count = min(Int(center + support + 0.5), size) - low
      var sum = 0.0
      for index in 0..<count {
        let distance = abs((Double(index + low) - center + 0.5) * (1 / stretch))
        exact[index] = distance < 1 ? 1 - distance : 0
        sum += exact[index]
      }
      for index in 0..<count {
        let weight = sum == 0 ? exact[index] : exact[index] / sum
        weights[first.count * capacity + index] = Int32(0.5 + weight * Double(1 << fractionBits))
      }
      first.append(low)
      counts.append(count)
    }
    self.first = first
    self.counts = counts
    self.weights = weights
  }

  /// The old places that contribute to any.
  var span: Range<Int> {
    let end = zip(first, counts).map { $0 + $1 }.max() ?? 0
    return (first.min() ?? 0)..<end
  }
}

extension RGBImage {
  /// The image scaled so that it just covers a size, with its shape kept, and cut to that size about its centre.
  ///
  /// The longer side's new length is rounded to the nearest pixel; of an odd number of pixels that are cut off, the
  /// one more goes at the right or at the bottom.
  public func covering(width newWidth: Int, height newHeight: Int) -> RGBImage {
    let (scaledWidth, scaledHeight) =
      width * newHeight >= height * newWidth
      ? (max((2 * width * newHeight + height) / (2 * height), newWidth), newHeight)
      : (newWidth, max((2 * height * newWidth + width) / (2 * width), newHeight))
    let (left, top) = ((scaledWidth - newWidth) / 2, (scaledHeight - newHeight) / 2)
    return resized(
      toWidth: scaledWidth, height: scaledHeight, columns: left..<left + newWidth, rows: top..<top + newHeight
    )
  }

  /// The image scaled so that its longer side has at most so many pixels, with its shape kept; a smaller one stays.
  public func fitting(side: Int) -> RGBImage {
    let longest = max(width, height)
    guard longest > side else { return self }
    func scaled(_ length: Int) -> Int { max((2 * length * side + longest) / (2 * longest), 1) }
    let (newWidth, newHeight) = (scaled(width), scaled(height))
    return resized(
      toWidth: newWidth, height: newHeight, columns: 0..<newWidth, rows: 0..<newHeight)
  }

  /// A part of the image resized with antialiasing: the same bytes as Pillow's `resize(…, BILINEAR)` has there.
  ///
  /// The result of one pass is rounded before the other, so their order counts; it is that of Pillow 13: rows first
  /// where the height falls, and by more than twice what the width falls by. Nothing outside of the part is computed, so
  /// a long thin image costs no more than its pixels.
  public func resized(
    toWidth newWidth: Int, height newHeight: Int, columns: Range<Int>, rows: Range<Int>
  ) -> RGBImage {
    precondition(
      !columns.isEmpty && !rows.isEmpty && columns.lowerBound >= 0 && columns.upperBound <= newWidth
        && rows.lowerBound >= 0 && rows.upperBound <= newHeight, "a part outside of the resized image")
    let across = newWidth == width ? nil : AxisWeights(size: width, newSize: newWidth, range: columns)
    let down = newHeight == height ? nil : AxisWeights(size: height, newSize: newHeight, range: rows)
    let whole = ImagePart(pixels: pixels, columns: 0..<width, rows: 0..<height)
    let part: ImagePart
    if height > newHeight, height - newHeight > 2 * (width - newWidth) {
      part = whole.resizedDown(down, to: rows, columns: across?.span ?? columns).resizedAcross(
        across, to: columns, rows: rows)
    } else {
      part = whole.resizedAcross(across, to: columns, rows: down?.span ?? rows).resizedDown(
        down, to: rows, columns: columns)
    }
    return RGBImage(width: columns.count, height: rows.count, pixels: part.pixels)
  }
}

/// One half in the weights' fixed point: it makes the shift that ends a sum round.
private let half = Int32(1) << (fractionBits - 1)

/// Some columns and rows of an image.
private struct ImagePart {
  /// RGB, row by row.
  let pixels: [UInt8]
  let columns: Range<Int>
  let rows: Range<Int>

  private var rowBytes: Int { columns.count * 3 }

  /// Where a pixel's bytes begin.
  private func offset(_ column: Int, _ row: Int) -> Int {
    (row &- rows.lowerBound) &* rowBytes &+ (column &- columns.lowerBound) &* 3
  }

  /// Some rows with their columns resized; without weights, cut to the columns.
  func resizedAcross(_ weights: AxisWeights?, to newColumns: Range<Int>, rows newRows: Range<Int>)
    -> ImagePart
  {
    let size = newRows.count * newColumns.count * 3
    let resized = pixels.withUnsafeBufferPointer { source in
      [UInt8](unsafeUninitializedCapacity: size) { target, used in
        var place = 0
        for y in newRows {
          guard let weights else {
            let start = offset(newColumns.lowerBound, y)
            for byte in start..<start + newColumns.count * 3 {
              target[place] = source[byte]
              place &+= 1
            }
            continue
          }
          for x in 0..<newColumns.count {
            var (red, green, blue) = (half, half, half)
            var pixel = offset(weights.first[x], y)
            var weight = x &* weights.capacity
            for _ in 0..<weights.counts[x] {
              red &+= Int32(source[pixel]) &* weights.weights[weight]
              green &+= Int32(source[pixel &+ 1]) &* weights.weights[weight]
              blue &+= Int32(source[pixel &+ 2]) &* weights.weights[weight]
              pixel &+= 3
              weight &+= 1
            }
            target[place] = UInt8(clamping: red >> fractionBits)
            target[place &+ 1] = UInt8(clamping: green >> fractionBits)
            target[place &+ 2] = UInt8(clamping: blue >> fractionBits)
            place &+= 3
          }
        }
        used = size
      }
    }
    return ImagePart(pixels: resized, columns: newColumns, rows: newRows)
  }

  /// Some columns with their rows resized, each a sum of old rows; without weights, cut to the rows.
  func resizedDown(_ weights: AxisWeights?, to newRows: Range<Int>, columns newColumns: Range<Int>)
    -> ImagePart
  {
    guard let weights else { return resizedAcross(nil, to: newColumns, rows: newRows) }
    let newRowBytes = newColumns.count * 3
    let size = newRows.count * newRowBytes
    var sums = [Int32](repeating: 0, count: newRowBytes)
    let resized = pixels.withUnsafeBufferPointer { source in
      sums.withUnsafeMutableBufferPointer { sums in
        [UInt8](unsafeUninitializedCapacity: size) { target, used in
          for y in 0..<newRows.count {
            sums.update(repeating: half)
            for index in 0..<weights.counts[y] {
              let weight = weights.weights[y &* weights.capacity &+ index]
              let row = offset(newColumns.lowerBound, weights.first[y] &+ index)
              for byte in 0..<newRowBytes { sums[byte] &+= Int32(source[row &+ byte]) &* weight }
            }
            let row = y &* newRowBytes
            for byte in 0..<newRowBytes { target[row &+ byte] = UInt8(clamping: sums[byte] >> fractionBits) }
          }
          used = size
        }
      }
    }
    return ImagePart(pixels: resized, columns: newColumns, rows: newRows)
  }
}
