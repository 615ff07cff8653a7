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
  /// How many files and folders of an image folder could not be read and were left out.
  public let skippedImages: Int
  /// Where the images of an image folder lie in it, in the order of each set; nil for other datasets.
  public let paths: ImagePaths?

  /// Three sets of images of one size, whose labels stand for the class names.
  public init(
    name: String, classNames: [String], train: LabeledImages, validation: LabeledImages, test: LabeledImages,
    statistics: ChannelStatistics, skippedImages: Int = 0, paths: ImagePaths? = nil
  ) {
    self.name = name
    self.classNames = classNames
    self.train = train
    self.validation = validation
    self.test = test
    self.statistics = statistics
    self.skippedImages = skippedImages
    self.paths = paths
  }

  /// The same images under another name of the dataset.
  public func named(_ name: String) -> DatasetSplits {
    DatasetSplits(
      name: name, classNames: classNames, train: train, validation: validation, test: test,
      statistics: statistics, skippedImages: skippedImages, paths: paths)
  }

  /// The same dataset with only the first images of the training and the validation set.
  public func prefix(train: Int, validation: Int) -> DatasetSplits {
    DatasetSplits(
      name: name, classNames: classNames, train: self.train.prefix(train),
      validation: self.validation.prefix(validation), test: test.prefix(0), statistics: statistics)
  }
}

/// The paths of images, below the folder that they lie in, in the order of each set.
public struct ImagePaths: Sendable {
  /// The paths of the training images.
  public let train: [String]
  /// The paths of the validation images.
  public let validation: [String]
  /// The paths of the test images.
  public let test: [String]
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
