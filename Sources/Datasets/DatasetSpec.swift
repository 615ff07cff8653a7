/// What the program knows of a dataset: its name, where its files are looked for, how they are read.
public struct DatasetSpec: Sendable {
  /// The name used to ask for the dataset.
  public let name: String
  /// What it is, in one line.
  public let summary: String
  /// Under what terms its images may be used.
  public let licence: String
  /// The sizes a search uses when none are asked for; nil for those that loading chooses.
  public let searchDefaults: SplitSizes?
  /// The size of its images; nil where that is asked for, or seen only when they are loaded.
  public let imageSize: ImageSize?
  /// What training does to its images after the policy, unless it is set.
  public let tailDefaults: TailDefaults
  /// What to do when the files are not there.
  public let cure: String
  let publishedStatistics: [PublishedStatistics]
  /// Which of the shuffled training images are for validation.
  let validationPlace: ValidationPlace
  /// The sizes drawn when none are asked for; nil for all images there are.
  let drawnByDefault: SplitSizes?
  /// Where the files are published; nil for a dataset that cannot be fetched.
  let distribution: DatasetDistribution?
  let source: any DatasetSource

  init(
    name: String, summary: String, licence: String, searchDefaults: SplitSizes?,
    imageSize: ImageSize? = .standard, tailDefaults: TailDefaults = TailDefaults(), cure: String,
    publishedStatistics: [PublishedStatistics] = [], validationPlace: ValidationPlace = .afterTraining,
    drawnByDefault: SplitSizes? = nil, distribution: DatasetDistribution? = nil,
    source: any DatasetSource
  ) {
    self.name = name
    self.summary = summary
    self.licence = licence
    self.searchDefaults = searchDefaults
    self.imageSize = imageSize
    self.tailDefaults = tailDefaults
    self.cure = cure
    self.publishedStatistics = publishedStatistics
    self.validationPlace = validationPlace
    self.drawnByDefault = drawnByDefault
    self.distribution = distribution
    self.source = source
  }
}

/// Which of the shuffled training images validation takes, where the dataset has no validation set of its own.
enum ValidationPlace: Sendable {
  /// Those that follow the ones trained on.
  case afterTraining
  /// The last.
  case atTheEnd
}

/// Statistics that were published for a training set of one size, drawn from an official set of one size.
struct PublishedStatistics: Sendable {
  let trainSize: Int
  let officialCount: Int
  let statistics: ChannelStatistics
}
