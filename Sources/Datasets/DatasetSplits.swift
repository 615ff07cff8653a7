/// A dataset ready to train with: three disjoint sets of images in memory.
public struct DatasetSplits: Sendable {
  /// The dataset's name, as given to `loadDataset`.
  public let name: String
  /// What each label means.
  public let classNames: [String]
  /// The images to train on.
  public let train: LabeledImages
  /// The images that decisions are made on; may be none.
  public let validation: LabeledImages
  /// The official test images, all of them, in their official order.
  public let test: LabeledImages
  /// What all three sets are normalised with.
  public let statistics: ChannelStatistics
  /// How many files of an image folder could not be read and were left out.
  public let skippedImages: Int

  public init(
    name: String, classNames: [String], train: LabeledImages, validation: LabeledImages, test: LabeledImages,
    statistics: ChannelStatistics, skippedImages: Int = 0
  ) {
    self.name = name
    self.classNames = classNames
    self.train = train
    self.validation = validation
    self.test = test
    self.statistics = statistics
    self.skippedImages = skippedImages
  }

  /// The same images under another name of the dataset.
  public func named(_ name: String) -> DatasetSplits {
    DatasetSplits(
      name: name, classNames: classNames, train: train, validation: validation, test: test,
      statistics: statistics, skippedImages: skippedImages)
  }

  /// The same dataset with only the first images of the training and the validation set.
  public func prefix(train: Int, validation: Int) -> DatasetSplits {
    DatasetSplits(
      name: name, classNames: classNames, train: self.train.prefix(train),
      validation: self.validation.prefix(validation), test: test.prefix(0), statistics: statistics)
  }
}

/// How many images to train on and how many to validate on.
public struct SplitSizes: Codable, Hashable, Sendable {
  /// Images to train on.
  public let train: Int
  /// Images to validate on.
  public let validation: Int

  /// Makes a pair of sizes.
  public init(train: Int, validation: Int) {
    self.train = train
    self.validation = validation
  }
}
