import Crypto
import Files

/// Where a dataset is, or what to do when it is nowhere.
public enum DatasetStatus: Equatable, Sendable {
  /// The folder that holds the files, and their form in words.
  case found(folder: String, form: String)
  /// The folders looked into, and the cure.
  case missing(searched: [String], cure: String)
}

/// What came of checking one of a dataset's files.
public struct FileVerification: Equatable, Sendable, Codable {
  /// What is known of the file's bytes.
  public enum Outcome: String, Codable, Sendable {
    /// The bytes are those that were published.
    case asPublished
    /// The bytes differ from those that were published.
    case differs
    /// No sum is published; the file could be read and everything in it is in range.
    case wellFormed
  }

  /// Where the file is.
  public let path: String
  /// What was found.
  public let outcome: Outcome
  /// The digest found, with its name, such as "md5 5ff9…"; of the content where the file may be packed.
  public let found: String
  /// The digest published, nil when there is none.
  public let expected: String?
}

extension DatasetSpec {
  /// Looks for the dataset's files without reading them.
  public func status(dataDirectory: String) -> DatasetStatus {
    guard let candidate = located(dataDirectory).first(where: \.isPresent) else {
      return .missing(searched: searchedFolders(dataDirectory: dataDirectory), cure: cure)
    }
    return .found(folder: candidate.folder, form: candidate.form)
  }

  /// Compares every file with what is published about it, then reads all of them.
  ///
  /// A file that differs is reported, not an error, when it can still be read; one that cannot be read is an error.
  public func verify(dataDirectory: String) throws -> [FileVerification] {
    let candidate = try found(in: dataDirectory)
    let paths = try candidate.paths()
    // Opening reads every file and checks its structure and its labels.
    _ = try candidate.open(paths)
    return try zip(candidate.files, paths).map { file, path in try verification(of: path, file.digest) }
  }

  private func verification(of path: String, _ published: PublishedDigest?) throws -> FileVerification {
    let bytes = try readBytes(path)
    let found: String
    let expected: String?
    switch published {
    case .md5(let digest):
      found = "md5 " + hexadecimal(Insecure.MD5.hash(data: bytes))
      expected = "md5 " + digest
    case .contentSHA256(let digest):
      found = "sha256 " + hexadecimal(SHA256.hash(data: try decompressed(bytes, name: path)))
      expected = "sha256 " + digest
    case nil:
      found = "sha256 " + hexadecimal(SHA256.hash(data: bytes))
      expected = nil
    }
    let outcome: FileVerification.Outcome =
      expected == nil ? .wellFormed : found == expected ? .asPublished : .differs
    return FileVerification(path: path, outcome: outcome, found: found, expected: expected)
  }
}
