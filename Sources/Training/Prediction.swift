import Datasets
import Foundation
import Images
import Text
import Torch

/// What a network says of one image.
public struct Prediction: Hashable, Sendable {
  /// The probability of each class, in the order of the class names: the softmax of the network's scores.
  public let probabilities: [Double]

  /// The softmax of scores, in double precision; of scores that are all finite.
  package init(scores: some Collection<Float>) {
    let highest = Double(scores.max() ?? 0)
    let powers = scores.map { exp(Double($0) - highest) }
    let sum = powers.reduce(0, +)
    probabilities = powers.map { $0 / sum }
  }

  /// The classes of the highest probabilities, the highest first, and of equal ones the first first.
  ///
  /// - Parameter count: how many; all where there are fewer.
  /// - Returns: the numbers of the classes.
  public func top(_ count: Int) -> [Int] {
    let order = probabilities.indices.sorted { (-probabilities[$0], $0) < (-probabilities[$1], $1) }
    return Array(order.prefix(count))
  }
}

/// The network of a checkpoint, ready to classify images.
///
/// All it needs is in the checkpoint: the network, the names of the classes, the size of the images and how they are
/// normalised. It belongs to one thread at a time.
///
/// ```swift
/// let predictor = try Predictor(checkpoint, name: "epoch-00200.safetensors")
/// try predictor.predict(ImageFileList(at: [photos])) { file, outcome in
///   guard case .success(let prediction) = outcome else { return }
///   for label in prediction.top(3) {
///     print(file.path, predictor.info.classNames[label], prediction.probabilities[label])
///   }
/// }
/// ```
public final class Predictor {
  /// What the checkpoint says of itself.
  public let info: CheckpointInfo
  /// The size that images are brought to.
  public let imageSize: ImageSize
  private let trainer: Trainer
  private let name: String

  /// Makes the network of a checkpoint.
  ///
  /// - Parameters:
  ///   - file: the file's bytes.
  ///   - name: how errors call the file.
  ///   - threads: threads that one operation of torch may use.
  ///   - device: where it is computed.
  /// - Throws: ``TrainingError/checkpoint(_:)`` if the file is damaged, or `TorchError`.
  public init(_ file: Data, name: String, threads: Int = 1, device: Device = .cpu) throws {
    info = try Trainer.checkpointInfo(file, name: name)
    imageSize = try info.requireImageSize(name: name)
    guard !info.classNames.isEmpty else {
      throw TrainingError.checkpoint("\(name): classNames: found none, expected the names of the classes")
    }
    self.name = name
    let none = LabeledImages(
      images: ImageStack(count: 0, height: imageSize.height, width: imageSize.width, pixels: []), labels: [])
    var recipe = info.recipe
    recipe.threads = threads
    // Weights of classes are for the training loss, and may be of images that are not here.
    recipe.classWeights = nil
    trainer = try Trainer(
      recipe: recipe,
      data: DatasetSplits(
        name: info.dataset, classNames: info.classNames, train: none, validation: none, test: none,
        statistics: info.statistics), device: device)
    try trainer.restore(file, name: name)
  }

  /// The pixels of one batch on the CPU: those of 32 images of 32 × 32.
  ///
  /// More would make a single image slow, as every batch is full.
  private static let batchPixels = 32 * 32 * 32
  /// The bytes of the images that are decoded at a time, unless one is larger.
  private static let decodedBytes = 1 << 26
  private static let mostDecoded = 256

  /// How many images the network looks at together.
  package var batchSize: Int {
    trainer.device == .cpu
      ? max(1, Self.batchPixels / (imageSize.height * imageSize.width))
      : Trainer.deviceEvaluationBatchSize(height: imageSize.height, width: imageSize.width)
  }

  /// Classifies images of the size ``imageSize``.
  ///
  /// The last bits of a score depend on the number of images in a batch. So a batch that is not full is filled up with its
  /// last image, and on the CPU what is said of an image does not depend on the others.
  ///
  /// - Parameter images: the images, which are normalised here.
  /// - Returns: a prediction for each.
  /// - Throws: ``TrainingError/checkpoint(_:)`` if the network has diverged, or `TorchError`.
  public func predict(_ images: ImageStack) throws -> [Prediction] {
    precondition(
      images.height == imageSize.height && images.width == imageSize.width,
      "the network takes images of \(imageSize), not of \(images.height) × \(images.width)")
    let classes = info.classNames.count
    var predictions: [Prediction] = []
    for start in stride(from: 0, to: images.count, by: batchSize) {
      let end = min(start + batchSize, images.count)
      let batch = (start..<start + batchSize).map { min($0, end - 1) }
      let scores = try trainer.scores(of: images, batch).prefix((end - start) * classes)
      guard scores.allSatisfy(\.isFinite) else {
        throw TrainingError.checkpoint(
          "\(name): found a score of its network that is not a number, expected finite scores; the training had"
            + " diverged, name a checkpoint from before")
      }
      for image in 0..<scores.count / classes {
        predictions.append(Prediction(scores: scores[image * classes..<(image + 1) * classes]))
      }
    }
    return predictions
  }

  /// Classifies image files, of which only some are in memory at a time.
  ///
  /// - Parameters:
  ///   - files: the files, of any format and size that are known.
  ///   - each: called with each file and what the network says of it, or why it could not be read, in their order;
  ///     what it throws ends the work.
  /// - Throws: what ``predict(_:)`` and `each` throw.
  public func predict(
    _ files: ImageFileList, each: (ImageFileList.Item, Result<Prediction, UnreadableImage>) throws -> Void
  ) throws {
    let bytes = imageSize.height * imageSize.width * 3
    let count = min(max(Self.decodedBytes / bytes, 1), Self.mostDecoded)
    for start in stride(from: 0, to: files.items.count, by: count) {
      let range = start..<min(start + count, files.items.count)
      let decoded = files.decoded(range, size: imageSize)
      var predictions = try predict(decoded.images)[...]
      for (item, obstacle) in zip(files.items[range], decoded.obstacles) {
        if let obstacle {
          try each(item, .failure(UnreadableImage(path: item.path, reason: obstacle)))
        } else if let prediction = predictions.popFirst() {
          try each(item, .success(prediction))
        }
      }
    }
  }
}

extension CheckpointInfo {
  /// The size of the images that the network takes.
  ///
  /// - Parameter name: how errors call the checkpoint's file.
  /// - Returns: the size.
  /// - Throws: ``TrainingError/checkpoint(_:)`` where the checkpoint has no size of an image.
  func requireImageSize(name: String) throws -> ImageSize {
    guard imageSize.count == 2, let size = ImageSize(height: imageSize[0], width: imageSize[1]) else {
      throw TrainingError.checkpoint(
        "\(name): imageSize: found \(imageSize), expected a height and a width of \(ImageSize.sides.lowerBound) to"
          + " \(ImageSize.sides.upperBound) pixels")
    }
    return size
  }
}
