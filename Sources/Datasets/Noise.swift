import Augmentation
import Text

/// The seed of the pixels: the images of a shape are always the same.
private let noiseSeed: UInt64 = 0
private let largestSide = 4096
private let mostClasses = 10_000

extension DatasetFamily {
  /// Images of uniform noise in any shape, for tests of speed, memory and plumbing.
  static let noise = DatasetFamily(
    name: "noise", usage: "noise[:SHAPE]",
    summary:
      "uniform noise, nothing to learn: noise is 32 × 32 with 10 classes, noise:224x224x200 has 200",
    plain: noiseSpec(name: "noise", NoiseShape(height: 32, width: 32, classes: 10))
  ) { parameter in
    guard let shape = NoiseShape(parameter) else {
      throw DatasetError.badParameter(
        dataset: "noise", found: "the shape \(parameter.debugDescription)",
        expected: "noise:HEIGHTxWIDTH or noise:HEIGHTxWIDTHxCLASSES, such as noise:224x224x200, "
          + "sides 1 to \(largestSide), classes 1 to \(mostClasses)")
    }
    return noiseSpec(name: "noise:\(parameter)", shape)
  }

  private static func noiseSpec(name: String, _ shape: NoiseShape) -> DatasetSpec {
    DatasetSpec(
      name: name,
      summary:
        "uniform noise, \(shape.height) × \(shape.width), \(counted(shape.classes, "class", "classes"))",
      licence: "none needed: it is made by a formula",
      searchDefaults: SplitSizes(train: 2000, validation: 1000),
      imageSize: ImageSize(height: shape.height, width: shape.width),
      cure: "none needed: it is made by a formula",
      drawnByDefault: SplitSizes(train: 2000, validation: 1000),
      source: GeneratedSource {
        StoredDataset(
          classNames: (0..<shape.classes).map { "class \($0)" },
          train: shape.images(set: 0, count: 1_000_000),
          validation: shape.images(set: 1, count: 1_000_000),
          test: shape.images(set: 2, count: 200))
      })
  }
}

/// The size and the number of classes of noise images.
private struct NoiseShape: Sendable {
  let height: Int
  let width: Int
  let classes: Int

  init(height: Int, width: Int, classes: Int) {
    self.height = height
    self.width = width
    self.classes = classes
  }

  /// Reads `HEIGHTxWIDTH` or `HEIGHTxWIDTHxCLASSES`; nil for anything else.
  init?(_ text: String) {
    let parts = text.split(separator: "x", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { part in part.allSatisfy(\.isASCIIDigit) ? Int(part) : nil }
    guard numbers.count == parts.count, (2...3).contains(numbers.count) else { return nil }
    self.init(height: numbers[0], width: numbers[1], classes: numbers.count > 2 ? numbers[2] : 10)
    guard (1...largestSide).contains(height), (1...largestSide).contains(width),
      (1...mostClasses).contains(classes)
    else { return nil }
  }

  /// A set of images: image `i` has the label `i` modulo the number of classes, its bytes are independent.
  func images(set: Int, count: Int) -> StoredImages {
    StoredImages(count: count, height: height, width: width) { placement in
      var bytes = [UInt8](repeating: 0, count: height * width * 3)
      for index in 0..<count where placement.isChosen(index) {
        var stream = RandomStream(seed: noiseSeed, domain: .noiseImages, trial: set, sample: index)
        var word: UInt64 = 0
        for place in bytes.indices {
          word = place.isMultiple(of: 8) ? stream.next() : word >> 8
          bytes[place] = UInt8(truncatingIfNeeded: word)
        }
        placement.place(index, label: Int32(index % classes), from: bytes, at: 0, layout: .interleavedRGB)
      }
    }
  }
}

extension Character {
  fileprivate var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}
