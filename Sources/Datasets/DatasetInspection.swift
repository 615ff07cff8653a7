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
    source.status(of: self, in: dataDirectory)
  }
}
