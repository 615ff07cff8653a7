import Files

/// A dataset in files of published names, which lie in one of several places.
struct FileSource: StoredSource {
  /// The places for a data directory, best first.
  private let candidates: @Sendable (_ dataDirectory: String) -> [DatasetCandidate]

  init(_ candidates: @escaping @Sendable (_ dataDirectory: String) -> [DatasetCandidate]) {
    self.candidates = candidates
  }

  func status(of dataset: DatasetSpec, in dataDirectory: String) -> DatasetStatus {
    guard let candidate = present(in: dataDirectory) else {
      return .missing(searched: searchedFolders(in: dataDirectory), cure: dataset.cure)
    }
    let missing = candidate.missingNames
    return missing.isEmpty
      ? .found(folder: candidate.folder, form: candidate.form)
      : .incomplete(folder: candidate.folder, missing: missing, cure: dataset.cure)
  }

  func open(_ dataset: DatasetSpec, in dataDirectory: String) throws -> StoredDataset {
    let candidate = try found(dataset, in: dataDirectory)
    return try candidate.open(candidate.paths(cure: dataset.cure))
  }

  /// Compares every file with what is published about it; where that differs or is nothing, reads the file.
  ///
  /// A fault is a result, and the other files are checked too.
  func verify(
    _ dataset: DatasetSpec, in dataDirectory: String, observer: @escaping DatasetLoadingObserver
  ) throws -> [FileVerification] {
    let candidate = try found(dataset, in: dataDirectory)
    var results = candidate.files.map { $0.verification(in: candidate.folder, cure: dataset.cure) }
    // Files that are sound one by one may still not belong together; published ones do.
    if results.allSatisfy({ $0.outcome == .structureCheckedOnly || $0.outcome == .differs }) {
      do {
        _ = try candidate.open(results.map(\.path))
      } catch {
        let file = culpritPath(error)
        let culprit = results.firstIndex { $0.path == file } ?? results.startIndex
        results[culprit] = results[culprit].malformed(by: error)
      }
    }
    return results
  }

  /// The folders that are looked into, in this order, each once.
  private func searchedFolders(in dataDirectory: String) -> [String] {
    var folders: [String] = []
    for candidate in located(dataDirectory) where !folders.contains(candidate.folder) {
      folders.append(candidate.folder)
    }
    return folders
  }

  /// The best place that holds the dataset: the first with all of its files, otherwise the first with any.
  private func present(in dataDirectory: String) -> DatasetCandidate? {
    let present = located(dataDirectory).filter(\.isPresent)
    return present.first { $0.missingNames.isEmpty } ?? present.first
  }

  /// The place that holds the dataset; otherwise an error that says where it was looked for.
  private func found(_ dataset: DatasetSpec, in dataDirectory: String) throws -> DatasetCandidate {
    if let candidate = present(in: dataDirectory) { return candidate }
    // A folder without permission to read is not one without the files.
    for candidate in located(dataDirectory) {
      for name in candidate.files.flatMap(\.names) { _ = try isThere(candidate.folder + "/" + name) }
    }
    throw DatasetError.missing(
      dataset: dataset.name, searched: searchedFolders(in: dataDirectory), cure: dataset.cure)
  }

  private func located(_ dataDirectory: String) -> [DatasetCandidate] {
    candidates(HomeFolder().expanding(dataDirectory))
  }
}
