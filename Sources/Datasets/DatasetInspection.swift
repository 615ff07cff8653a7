/// Where a dataset is, or what to do when it is nowhere.
public enum DatasetStatus: Equatable, Sendable {
  /// The folder that holds the files, and their form in words.
  case found(folder: String, form: String)
  /// The folder that holds some of the files, those that it lacks, and the cure.
  case incomplete(folder: String, missing: [String], cure: String)
  /// The folders looked into, and the cure.
  case missing(searched: [String], cure: String)
  /// The program makes the images; there are no files.
  case generated
}

extension DatasetSpec {
  /// Looks for the dataset's files without reading them.
  public func status(dataDirectory: String) -> DatasetStatus {
    if case .generated = source { return .generated }
    if case .folder(let folder) = source { return folder.status(cure: cure) }
    guard let candidate = present(in: dataDirectory) else {
      return .missing(searched: searchedFolders(dataDirectory: dataDirectory), cure: cure)
    }
    let missing = candidate.missingNames
    return missing.isEmpty
      ? .found(folder: candidate.folder, form: candidate.form)
      : .incomplete(folder: candidate.folder, missing: missing, cure: cure)
  }
}
