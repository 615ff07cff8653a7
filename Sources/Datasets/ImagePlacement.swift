import Augmentation

/// How the pixels of one image lie in a dataset's file.
enum SourceLayout {
  /// A plane of red, a plane of green, a plane of blue.
  case planarRGB
  /// One plane of grey, which becomes the three colours.
  case grey

  var planes: Int { self == .planarRGB ? 3 : 1 }
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
  private let bounds: [Int]
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
    var bounds = [0]
    for part in indices { bounds.append(bounds[bounds.count - 1] + part.count) }
    self.bounds = bounds
    parts = indices.map { part in
      Part(
        pixels: [UInt8](repeating: 0, count: part.count * height * width * 3),
        labels: [Int32](repeating: 0, count: part.count))
    }
  }

  /// How many images the official set has.
  var officialCount: Int { slots.count }

  /// Takes the image of this official index, which begins at `offset` in `source`, if it was chosen.
  mutating func place(_ index: Int, label: Int32, from source: [UInt8], at offset: Int, layout: SourceLayout)
  {
    let slot = Int(slots[index])
    guard slot >= 0 else { return }
    let part = slot < bounds[1] ? 0 : 1
    let position = slot - bounds[part]
    parts[part].labels[position] = label
    let plane = height * width
    precondition(offset >= 0 && offset + plane * layout.planes <= source.count, "image outside its file")
    parts[part].pixels.withUnsafeMutableBufferPointer { pixels in
      source.withUnsafeBufferPointer { source in
        let target = UnsafeMutableBufferPointer(
          rebasing: pixels[position * plane * 3..<(position + 1) * plane * 3])
        let image = UnsafeBufferPointer(rebasing: source[offset..<offset + plane * layout.planes])
        let (green, blue) = layout == .planarRGB ? (plane, 2 * plane) : (0, 0)
        interleave(image, green: green, blue: blue, into: target)
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
