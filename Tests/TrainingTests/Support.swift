import Augmentation
import Datasets
import Foundation
import Images
import RunStore
import TestSupport
import Training

/// Noisy images in which the colour of a class stands out: easy to tell apart, whatever is cropped or mirrored.
func patternedImages(_ count: Int, side: Int = 8, classes: Int = 3, seed: UInt64) -> LabeledImages {
  var random = RandomStream(seed: seed, domain: .preview)
  let labels = (0..<count).map { $0 % classes }
  let pixels = labels.flatMap { label in
    (0..<side * side * 3).map { UInt8(random.uniform(below: 120) + ($0 % 3 == label % 3 ? 100 : 0)) }
  }
  return LabeledImages(
    images: ImageStack(count: count, height: side, width: side, pixels: pixels),
    labels: labels.map(Int32.init))
}

/// A small dataset whose parts are drawn alike.
func toyData(train: Int = 64, validation: Int = 30, test: Int = 30, classes: Int = 3) -> DatasetSplits {
  let images = patternedImages(train, classes: classes, seed: 1)
  return DatasetSplits(
    name: "toy", classNames: (0..<classes).map { "class \($0)" }, train: images,
    validation: patternedImages(validation, classes: classes, seed: 2),
    test: patternedImages(test, classes: classes, seed: 3), statistics: ChannelStatistics(of: images.images))
}

/// The recipe of a training that takes a fraction of a second.
func toyRecipe(_ change: (inout Recipe) -> Void = { _ in }) -> Recipe {
  var recipe = Recipe(
    model: "wrn_10_1", epochs: 4, batchSize: 16, learningRate: 0.05, cutout: 2, cropPadding: 1, seed: 5)
  change(&recipe)
  return recipe
}

/// An augmentation that changes nearly every image.
let strongProgram = AugmentationProgram(alternatives: [
  .init(
    steps: [
      .init(operation: .rotate, probability: 0.8, magnitude: 7),
      .init(operation: .brightness, probability: 0.8, magnitude: 8),
      .init(operation: .shearX, probability: 0.8, magnitude: 6),
    ], countDistribution: [0, 0.5, 0.5])
])

extension TemporaryFolder {
  /// Where a test's run is; no such folder is there before.
  var run: String { self("run") }
}

extension Data {
  /// These bytes with one bit changed.
  func flippingBit(_ bit: Int) -> Data {
    var changed = self
    changed[changed.startIndex + bit / 8] ^= 1 << UInt8(bit % 8)
    return changed
  }
}
