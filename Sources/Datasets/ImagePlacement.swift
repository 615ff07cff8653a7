import Images

/// How the pixels of one image lie in a dataset's file.
enum SourceLayout {
  /// A plane of red, a plane of green, a plane of blue.
  case planarRGB
  /// The same, but in each plane column after column, as MATLAB has it.
  case planarColumnsRGB
  /// Red, green, blue by turns, as it is in memory.
  case interleavedRGB
  /// One plane of grey, which becomes the three colours.
  case grey

  var planes: Int { self == .grey ? 1 : 3 }
}

/// Puts the images of an official set straight to their places in the sets drawn from it.
///
/// Files are read one after the other and each image is written once, so that nothing but the chosen images
/// and one file is ever in memory.
struct ImagePlacement {
  private struct Part {
    var pixels: [UInt8]
    var labels: [Int32]
  }

  private static let notChosen: Int32 = -1
  private let height: Int
  private let width: Int
  /// The slot after the last of each part.
  private let ends: [Int]
  /// Where each official image goes: the parts' places in one row, or `notChosen`.
  private var slots: [Int32]
  private var parts: [Part]

  /// Prepares for the parts given as lists of official indices, each below `officialCount`, none twice.
  init(parts indices: [[Int]], officialCount: Int, height: Int, width: Int) {
    self.height = height
    self.width = width
    slots = [Int32](repeating: Self.notChosen, count: officialCount)
    var slot: Int32 = 0
    for index in indices.joined() {
      slots[index] = slot
      slot += 1
    }
    var ends: [Int] = []
    for part in indices { ends.append((ends.last ?? 0) + part.count) }
    self.ends = ends
    parts = indices.map { part in
      Part(
        pixels: [UInt8](repeating: 0, count: part.count * height * width * 3),
        labels: [Int32](repeating: 0, count: part.count))
    }
  }

  /// How many images the official set has.
  var officialCount: Int { slots.count }

  /// Whether the image of this official index is in one of the parts.
  func isChosen(_ index: Int) -> Bool { slots[index] >= 0 }

  /// Takes the image of this official index, which begins at `offset` in `source`, if it was chosen.
  mutating func place(_ index: Int, label: Int32, from source: [UInt8], at offset: Int, layout: SourceLayout)
  {
    let slot = Int(slots[index])
    guard slot >= 0, let part = ends.firstIndex(where: { slot < $0 }) else { return }
    let position = slot - (part == 0 ? 0 : ends[part - 1])
    parts[part].labels[position] = label
    let plane = height * width
    precondition(offset >= 0 && offset + plane * layout.planes <= source.count, "image outside its file")
    parts[part].pixels.withUnsafeMutableBufferPointer { pixels in
      source.withUnsafeBufferPointer { source in
        let target = UnsafeMutableBufferPointer(
          rebasing: pixels[position * plane * 3..<(position + 1) * plane * 3])
        let image = UnsafeBufferPointer(rebasing: source[offset..<offset + plane * layout.planes])
        switch layout {
        case .planarRGB: interleave(image, green: plane, blue: 2 * plane, into: target)
        case .planarColumnsRGB: interleaveColumns(image, height: height, width: width, into: target)
        case .interleavedRGB: _ = target.update(fromContentsOf: image)
        case .grey: interleave(image, green: 0, blue: 0, into: target)
        }
      }
    }
  }

  /// The parts, in the order they were given.
  consuming func finish() -> [LabeledImages] {
    parts.map { part in
      LabeledImages(
        images: ImageStack(count: part.labels.count, height: height, width: width, pixels: part.pixels),
        labels: part.labels)
    }
  }
}

/// Writes red, green, blue by turns from planes that begin at 0, `green` and `blue`.
private func interleave(
  _ planes: UnsafeBufferPointer<UInt8>, green: Int, blue: Int, into target: UnsafeMutableBufferPointer<UInt8>
) {
  for pixel in 0..<target.count / 3 {
    target[pixel * 3] = planes[pixel]
    target[pixel * 3 + 1] = planes[green + pixel]
    target[pixel * 3 + 2] = planes[blue + pixel]
  }
}

/// Writes red, green, blue by turns from three planes whose columns follow one another.
private func interleaveColumns(
  _ planes: UnsafeBufferPointer<UInt8>, height: Int, width: Int,
  into target: UnsafeMutableBufferPointer<UInt8>
) {
  let plane = height * width
  for row in 0..<height {
    for column in 0..<width {
      let (from, to) = (column * height + row, (row * width + column) * 3)
      target[to] = planes[from]
      target[to + 1] = planes[plane + from]
      target[to + 2] = planes[2 * plane + from]
    }
  }
}
