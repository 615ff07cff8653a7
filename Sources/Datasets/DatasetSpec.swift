import Files
import Foundation

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
  /// The size of its images; nil for a folder, whose images are brought to the size that is asked for.
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
  let source: DatasetSource

  init(
    name: String, summary: String, licence: String, searchDefaults: SplitSizes?,
    imageSize: ImageSize? = .standard, tailDefaults: TailDefaults = TailDefaults(), cure: String,
    publishedStatistics: [PublishedStatistics] = [], validationPlace: ValidationPlace = .afterTraining,
    drawnByDefault: SplitSizes? = nil, distribution: DatasetDistribution? = nil, source: DatasetSource
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

  /// The folders that are looked into, in this order, each once.
  public func searchedFolders(dataDirectory: String) -> [String] {
    var folders: [String] = []
    for candidate in located(dataDirectory) where !folders.contains(candidate.folder) {
      folders.append(candidate.folder)
    }
    return folders
  }

  /// The best place that holds the dataset: the first with all of its files, otherwise the first with any.
  func present(in dataDirectory: String) -> DatasetCandidate? {
    let present = located(dataDirectory).filter(\.isPresent)
    return present.first { $0.missingNames.isEmpty } ?? present.first
  }

  /// The place that holds the dataset; otherwise an error that says where it was looked for.
  func found(in dataDirectory: String) throws -> DatasetCandidate {
    if let candidate = present(in: dataDirectory) { return candidate }
    // A folder without permission to read is not one without the files.
    for candidate in located(dataDirectory) {
      for name in candidate.files.flatMap(\.names) { _ = try isThere(candidate.folder + "/" + name) }
    }
    throw DatasetError.missing(
      dataset: name, searched: searchedFolders(dataDirectory: dataDirectory), cure: cure)
  }

  private func located(_ dataDirectory: String) -> [DatasetCandidate] {
    guard case .files(let candidates) = source else { return [] }
    return candidates(HomeFolder().expanding(dataDirectory))
  }
}

/// Where a dataset's images come from.
enum DatasetSource: Sendable {
  /// From files in one of these places, best first, for a data directory.
  case files(@Sendable (_ dataDirectory: String) -> [DatasetCandidate])
  /// From the program itself.
  case generated(@Sendable () -> StoredDataset)
  /// From a folder of the user's own, of any size and format.
  case folder(ImageFolder)
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
