import Foundation

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
/// - Parameter observer: told what happens while images are decoded.
public func loadDataset(
  _ selection: DataSelection, observer: @escaping DatasetLoadingObserver = { _ in }
) throws -> DatasetSplits {
  try DatasetSpec.named(selection.dataset).load(
    trainSize: selection.trainSize, validationSize: selection.validationSize,
    dataDirectory: selection.dataDirectory, images: selection.images, observer: observer)
}

extension DatasetSpec {
  /// Loads and splits this dataset; see `loadDataset`.
  public func load(
    trainSize: Int?, validationSize: Int?, dataDirectory: String,
    images: ImageFolderOptions = ImageFolderOptions(), observer: @escaping DatasetLoadingObserver = { _ in }
  ) throws -> DatasetSplits {
    let stored: StoredDataset
    switch source {
    case .folder(let folder):
      return try folder.load(
        trainSize: trainSize, validationSize: validationSize, dataDirectory: dataDirectory, options: images,
        observer: observer)
    case .generated(let make):
      try images.refuse(for: name)
      stored = make()
    case .files:
      try images.refuse(for: name)
      let candidate = try found(in: dataDirectory)
      stored = try candidate.open(candidate.paths(cure: cure))
    }
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
    let available = stored.train.count
    if let own = stored.validation {
      let validation = validationSize ?? drawnByDefault?.validation ?? own.count
      let train = trainSize ?? drawnByDefault?.train ?? available
      try check(train, in: 1...available, "training images")
      try check(validation, in: 0...own.count, "validation images")
      try requireRoom(for: train + validation, of: stored.train)
      return (try stored.train.parts([Array(0..<train)])[0], try own.parts([Array(0..<validation)])[0])
    }
    let validation = validationSize ?? 0
    try check(validation, in: 0...available - 1, "validation images")
    let train = trainSize ?? available - validation
    try check(
      train, in: 1...available - validation,
      "training images, beside \(validation) for validation, of the \(available) there are")
    try requireRoom(for: train + validation, of: stored.train)
    let order = legacyPermutation(of: available, seed: splitSeed)
    let validationStart = validationPlace == .atTheEnd ? available - validation : train
    let parts = try stored.train.parts([
      Array(order[..<train]), Array(order[validationStart..<validationStart + validation]),
    ])
    return (parts[0], parts[1])
  }

  /// Refuses more images than the machine has memory for, before any is read.
  private func requireRoom(for count: Int, of images: StoredImages) throws {
    let (bytes, memory) = (
      Double(count) * Double(images.height * images.width * 3), ProcessInfo.processInfo.physicalMemory
    )
    guard bytes < Double(memory) else {
      func gigabytes(_ bytes: Double) -> String { String(format: "%.1f GB", bytes / 1e9) }
      throw DatasetError.impossibleSplit(
        dataset: name,
        found:
          "a request for \(count) images of \(images.height)×\(images.width), \(gigabytes(bytes)) in all",
        expected: "less than this machine's memory, \(gigabytes(Double(memory))); lower --train-size")
    }
  }

  private func check(_ size: Int, in range: ClosedRange<Int>, _ what: String) throws {
    guard !range.contains(size) else { return }
    throw DatasetError.impossibleSplit(
      dataset: name, found: "a request for \(size) \(what)",
      expected: "\(range.lowerBound) to \(range.upperBound)")
  }
}
