import Augmentation
import Files
import Foundation
import Text
import Threads

/// The seed of the published reduced sets.
private let splitSeed: UInt32 = 0

/// Loads a dataset from its files and splits it.
///
/// The official training images are shuffled as the published reduced sets were (`legacyPermutation`, seed 0):
/// the first `trainSize` are trained on, the next `validationSize` validated on; of SVHN the last `validationSize`.
/// A dataset with a validation set of its own (`bundled`, `noise`) takes the first images of each set instead.
///
/// Without a `validationSize` there are no validation images, or all of the dataset's own. Without sizes `noise` has
/// 2,000 training and 1,000 validation images.
///
/// - Parameters:
///   - selection: the dataset, its sizes and where its files are.
///   - observer: called with what happens while images are decoded.
/// - Returns: the training, validation and test images.
/// - Throws: `DatasetError` for an unknown name, missing or damaged files, or sizes that the dataset does not
///   have.
public func loadDataset(
  _ selection: DataSelection, observer: @escaping DatasetLoadingObserver = { _ in }
) throws -> DatasetSplits {
  let splits = try DatasetSpec.named(selection.place).load(
    trainSize: selection.trainSize, validationSize: selection.validationSize,
    dataDirectory: selection.dataDirectory, images: selection.images, observer: observer)
  return selection.movedTo == nil ? splits : splits.named(selection.dataset)
}

extension DatasetSpec {
  /// Loads and splits this dataset; see `loadDataset`.
  public func load(
    trainSize: Int?, validationSize: Int?, dataDirectory: String,
    images: ImageFolderOptions = ImageFolderOptions(), observer: @escaping DatasetLoadingObserver = { _ in }
  ) throws -> DatasetSplits {
    try source.load(
      self,
      DataSelection(
        name, trainSize: trainSize, validationSize: validationSize, dataDirectory: dataDirectory,
        images: images),
      observer: observer)
  }

  /// Draws the images of each set and reads them.
  func split(
    _ stored: StoredDataset, _ trainSize: Int?, _ validationSize: Int?
  ) throws -> DatasetSplits {
    let (train, validation) = try draw(trainSize, validationSize, from: stored)
    let test = try stored.test.parts([Array(0..<stored.test.count)])[0]
    let published = publishedStatistics.first {
      $0.trainSize == train.count && $0.officialCount == stored.train.count
    }
    return DatasetSplits(
      name: name, classNames: stored.classNames, train: train, validation: validation, test: test,
      statistics: published?.statistics ?? ChannelStatistics(of: train.images))
  }

  private func draw(
    _ trainSize: Int?, _ validationSize: Int?, from stored: StoredDataset
  ) throws -> (LabeledImages, LabeledImages) {
    let drawn = try drawnPlaces(trainSize, validationSize, of: stored)
    try requireRoom(for: drawn.train.count + drawn.validation.count + stored.test.count, of: stored.train)
    if let own = stored.validation {
      return (try stored.train.parts([drawn.train])[0], try own.parts([drawn.validation])[0])
    }
    let parts = try stored.train.parts([drawn.train, drawn.validation])
    return (parts[0], parts[1])
  }

  /// Which images are trained on and which are validated on, by their official indices, in their order.
  ///
  /// Those for validation are indices into the dataset's own validation set where it has one.
  func drawnPlaces(
    _ trainSize: Int?, _ validationSize: Int?, of stored: StoredDataset
  ) throws -> (train: [Int], validation: [Int]) {
    let available = stored.train.count
    if let own = stored.validation {
      let validation = validationSize ?? drawnByDefault?.validation ?? own.count
      let train = trainSize ?? drawnByDefault?.train ?? available
      try requireSize(train, in: 1...available, "training images")
      try requireSize(validation, in: 0...own.count, "validation images")
      return (Array(0..<train), Array(0..<validation))
    }
    let validation = validationSize ?? 0
    try requireSize(validation, in: 0...available - 1, "validation images")
    let train = trainSize ?? available - validation
    try requireSize(
      train, in: 1...available - validation,
      "training images, beside \(validation) for validation, of the \(available) there are")
    let order = legacyPermutation(of: available, seed: splitSeed)
    let validationStart = validationPlace == .atTheEnd ? available - validation : train
    return (Array(order[..<train]), Array(order[validationStart..<validationStart + validation]))
  }

  /// Refuses more images than there is memory for, before any is read.
  private func requireRoom(for count: Int, of images: StoredImages) throws {
    let bytes = Double(count) * Double(images.height * images.width * 3)
    let request = "\(counted(count, "image")) of \(images.height)×\(images.width), \(gigabytes(bytes)) in all"
    let memory = Double(ProcessInfo.processInfo.physicalMemory)
    guard bytes < memory else {
      throw DatasetError.impossibleSplit(
        dataset: name, found: "a request for " + request,
        expected: "less than this machine's memory, \(gigabytes(memory)); lower \(setting: "trainSize")")
    }
    let left = Double(MemoryLimit().leftOfLimits ?? MemoryLimit().bytes)
    guard bytes < left else {
      throw DatasetError.noRoom(dataset: name, found: request, expected: gigabytes(left))
    }
  }

  /// Refuses a number of images beyond those that there are.
  func requireSize(_ size: Int, in range: ClosedRange<Int>, _ what: String) throws {
    guard !range.contains(size) else { return }
    throw DatasetError.impossibleSplit(
      dataset: name, found: "a request for \(size) \(what)",
      expected: "\(range.lowerBound) to \(range.upperBound)")
  }
}
