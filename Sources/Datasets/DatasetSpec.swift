import Foundation

/// What the program knows of a dataset: its name, where its files are looked for, how they are read.
public struct DatasetSpec: Sendable {
  /// The name used to ask for the dataset.
  public let name: String
  /// What it is, in one line.
  public let summary: String
  /// Under what terms its images may be used.
  public let licence: String
  /// The sizes a search uses when none are asked for.
  public let searchDefaults: SplitSizes
  /// What to do when the files are not there.
  public let cure: String
  let publishedStatistics: [PublishedStatistics]
  /// The places to look in, best first, for a data directory.
  let candidates: @Sendable (_ dataDirectory: String) -> [DatasetCandidate]

  /// The folders that are looked into, in this order, each once.
  public func searchedFolders(dataDirectory: String) -> [String] {
    var folders: [String] = []
    for candidate in located(dataDirectory) where !folders.contains(candidate.folder) {
      folders.append(candidate.folder)
    }
    return folders
  }

  /// The first place that holds the dataset; otherwise an error that says where it was looked for.
  func found(in dataDirectory: String) throws -> DatasetCandidate {
    if let candidate = located(dataDirectory).first(where: \.isPresent) { return candidate }
    throw DatasetError.missing(
      dataset: name, searched: searchedFolders(dataDirectory: dataDirectory), cure: cure)
  }

  func located(_ dataDirectory: String) -> [DatasetCandidate] {
    candidates(NSString(string: dataDirectory).expandingTildeInPath)
  }
}

/// Statistics that were published for a training set of one size, drawn from an official set of one size.
struct PublishedStatistics: Sendable {
  let trainSize: Int
  let officialCount: Int
  let statistics: ChannelStatistics
}
