import Augmentation
import Datasets
import Files
import Foundation
import Text
import Torch

/// What a checkpoint holds besides tensors: enough to use the network without the run that made it.
public struct CheckpointInfo: Codable, Hashable, Sendable {
  /// How the network was trained.
  public var recipe: Recipe
  /// The name of the dataset.
  public var dataset: String
  /// The names of the classes, in the order of the scores.
  public var classNames: [String]
  /// The mean and standard deviation by which images are normalised.
  public var statistics: ChannelStatistics
  /// Height and width of the images, in pixels.
  public var imageSize: [Int]
  /// Epochs done.
  public var epoch: Int
  /// The trial of a search; 0 in a training.
  public var trial: Int
}

extension Trainer {
  private static let format = "pba-checkpoint"
  private static let version = "2"
  /// The SHA-256 of all that the file says, so that whatever was altered is noticed.
  private static let digestName = "sha256"
  static let momentumName = "optimizer.momentum"

  /// Weights, running statistics, optimiser and place in time, as one safetensors file.
  ///
  /// No generator's state is among them: what an epoch draws depends on (seed, trial, epoch) alone.
  /// Weights have the network's own names (`group1.block0.conv1.weight`), row by row, as Python readers expect them.
  public func checkpoint() throws -> Data {
    try onQueue {
      try checkpointContents(recipe, epoch: epoch, trial: trial).encoded {
        [Self.digestName: Self.digest(header: $0, body: $1)]
      }
    }
  }

  /// The length in bytes of the checkpoint that a trial of the same recipe, with this seed, has after some epochs.
  public func checkpointByteCount(epochs: Int, trial: Int, seed: UInt64) throws -> Int {
    var recipe = recipe
    recipe.seed = seed
    return try checkpointContents(recipe, epoch: epochs, trial: trial)
      .encodedByteCount(seal: [Self.digestName: FileDigest(of: Data()).sha256])
  }

  private func checkpointContents(_ recipe: Recipe, epoch: Int, trial: Int) throws -> Safetensors {
    let variables = network.variables
    let info = CheckpointInfo(
      recipe: recipe, dataset: data.name, classNames: data.classNames, statistics: data.statistics,
      imageSize: [data.train.images.height, data.train.images.width], epoch: epoch, trial: trial)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return Safetensors(
      tensors: variables.parameters + variables.buffers + [
        NamedTensor(name: Self.momentumName, tensor: optimizer.momentum)
      ],
      metadata: [
        "format": Self.format, "version": Self.version,
        "info": String(decoding: try encoder.encode(info), as: UTF8.self),
      ])
  }

  /// Takes over everything a checkpoint holds; the trainer then stands where the checkpoint was written.
  ///
  /// The trial stays this trainer's own: after an exploit, a copied network draws all random numbers, its layers'
  /// numbers too, from its new trial's randomness.
  ///
  /// - Parameters:
  ///   - file: the file's bytes.
  ///   - name: how errors call the file.
  /// - Throws: ``TrainingError/checkpoint(_:)`` if it is damaged or of another network.
  public func restore(_ file: Data, name: String) throws {
    let (info, contents) = try Self.read(file, name: name)
    guard info.recipe.model == recipe.model, info.classNames.count == data.classNames.count else {
      throw TrainingError.checkpoint(
        "\(name) holds a \(info.recipe.model) for \(counted(info.classNames.count, "class", "classes")),"
          + " not a \(recipe.model) for \(data.classNames.count)")
    }
    let variables = network.variables
    let targets =
      variables.parameters + variables.buffers
      + [NamedTensor(name: Self.momentumName, tensor: optimizer.momentum)]
    try onQueue {
      try withoutGradients {
        for target in targets {
          guard let source = contents[target.name], source.shape == target.tensor.shape else {
            throw TrainingError.checkpoint(
              "\(name) has no tensor '\(target.name)' of shape \(target.tensor.shape); it is of another network"
            )
          }
          try target.tensor.copy(from: source)
        }
      }
    }
    epoch = info.epoch
  }

  /// Measures the network of a checkpoint on one split of a dataset, normalised as its training images were.
  ///
  /// - Parameters:
  ///   - file: the file's bytes.
  ///   - name: how errors call the file.
  ///   - data: the dataset; it must have the classes of the checkpoint.
  ///   - threads: threads that one operation of torch may use.
  ///   - device: where it is computed.
  ///   - split: which images of the dataset are measured.
  /// - Returns: loss and accuracy, and which classes were taken for which.
  /// - Throws: ``TrainingError/checkpoint(_:)`` if the file is damaged or made for images of another size.
  public static func evaluating(
    _ file: Data, name: String, on data: DatasetSplits, threads: Int, device: Device,
    split: (DatasetSplits) -> LabeledImages
  ) throws -> ClassEvaluation {
    let info = try checkpointInfo(file, name: name)
    let images = split(data)
    guard images.count > 0 else {
      throw TrainingError.setting("there are no images to evaluate on in this split")
    }
    let size = [images.images.height, images.images.width]
    guard size == info.imageSize else {
      throw TrainingError.checkpoint(
        "\(name) was trained on images of height and width \(info.imageSize); these have \(size)")
    }
    let normalised = DatasetSplits(
      name: data.name, classNames: data.classNames, train: data.train, validation: data.validation,
      test: data.test,
      statistics: info.statistics)
    var recipe = info.recipe
    recipe.threads = threads
    recipe.batchSize = min(recipe.batchSize, max(data.train.count, 1))
    let trainer = try Trainer(recipe: recipe, data: normalised, device: device)
    try trainer.restore(file, name: name)
    return try trainer.evaluateByClass(images)
  }

  /// What a checkpoint says of itself.
  public static func checkpointInfo(_ file: Data, name: String) throws -> CheckpointInfo {
    try read(file, name: name).info
  }

  /// The digest of a header without the digest itself, followed by that of the tensors' bytes.
  private static func digest(header: [UInt8], body: Data) -> String {
    FileDigest(of: Data(header) + Data(FileDigest(of: body).sha256.utf8)).sha256
  }

  static func read(_ file: Data, name: String) throws -> (info: CheckpointInfo, contents: Safetensors) {
    let contents: Safetensors
    do {
      contents = try Safetensors(file, name: name)
    } catch let error as TorchError {
      throw TrainingError.checkpoint(ErrorText(error.description))
    }
    guard contents.metadata["format"] == format else {
      throw TrainingError.checkpoint("\(name) is a safetensors file, but not a checkpoint of pba")
    }
    guard contents.metadata["version"] == version else {
      throw TrainingError.checkpoint(
        "\(name) is a checkpoint of version \(contents.metadata["version"] ?? "?"); this pba reads version \(version)"
      )
    }
    guard let text = contents.metadata["info"],
      let info = try? JSONDecoder().decode(CheckpointInfo.self, from: Data(text.utf8))
    else {
      throw TrainingError.checkpoint("\(name) lacks the description that a checkpoint of pba has")
    }
    guard let body = Safetensors.body(of: file), let header = try? contents.header(without: digestName),
      digest(header: header, body: body) == contents.metadata[digestName]
    else {
      throw TrainingError.checkpoint(
        "\(name): the file is not as it was written; take it from a copy, or train again")
    }
    guard info.epoch >= 0 else {
      throw TrainingError.checkpoint("\(name): epoch: found \(info.epoch), expected 0 or more")
    }
    do {
      try info.recipe.validate()
    } catch {
      throw TrainingError.checkpoint("\(name): \(error)")
    }
    return (info, contents)
  }
}
