import Files
import ImageFiles
import Images

/// The result of checking one of a dataset's files.
public struct FileVerification: Equatable, Sendable, Codable {
  /// What is known of the file's bytes.
  public enum Outcome: String, Codable, Sendable {
    /// The bytes are those that were published.
    case asPublished
    /// The file can be read, and its bytes differ from those that were published.
    case differs
    /// No sum is published; the file could be read and everything in it is in range.
    case structureCheckedOnly
    /// The file is not of the dataset's form.
    case malformed
    /// The file is not there.
    case missing
  }

  /// Where the file is, or should be.
  public let path: String
  /// What the check found.
  public let outcome: Outcome
  /// The digest found, with its name, such as "md5 5ff9…"; of the content where the file may be packed.
  public let found: String?
  /// The digest published, nil when there is none.
  public let expected: String?
  /// What is wrong with a malformed file, and what to do.
  public let problem: String?

  /// Whether the dataset may be trusted as far as this file goes.
  public var passed: Bool { outcome == .asPublished || outcome == .structureCheckedOnly }
}

extension DatasetSpec {
  /// Checks every file against what is published about it; where that differs or is nothing, reads the file.
  ///
  /// A fault is a result, and the other files are checked too. No results for a dataset without files.
  /// Throws `DatasetError.missing` when not one file is there.
  public func verify(
    dataDirectory: String, observer: @escaping DatasetLoadingObserver = { _ in }
  ) throws -> [FileVerification] {
    try source.verify(self, in: dataDirectory, observer: observer)
  }
}

extension DatasetFile {
  /// What is known of the file in a folder, alone.
  func verification(in folder: String, cure: String) -> FileVerification {
    func result(
      _ outcome: FileVerification.Outcome, _ path: String, found: String? = nil, problem: String? = nil
    )
      -> FileVerification
    {
      FileVerification(
        path: path, outcome: outcome, found: found, expected: digest?.description, problem: problem)
    }
    guard let path = self.path(in: folder) else {
      return result(.missing, folder + "/" + names[0], problem: "no such file; \(cure)")
    }
    do {
      let found = try sum(of: path)
      if found == digest?.description { return result(.asPublished, path, found: found) }
      let sound = result(digest == nil ? .structureCheckedOnly : .differs, path, found: found)
      do {
        try check(path)
        return sound
      } catch {
        return sound.malformed(by: error)
      }
    } catch {
      return result(.malformed, path, problem: "\(error)")
    }
  }

  /// The digest of the file's bytes of the kind that is published.
  private func sum(of path: String) throws -> String {
    switch digest {
    case .md5: "md5 " + (try fileDigest(path, .md5))
    case .contentSHA256:
      "sha256 " + hexadecimal(HashFunction.sha256(try decompressed(readBytes(path), name: path)))
    case nil: "sha256 " + (try fileDigest(path, .sha256))
    }
  }
}

/// The file that an error names, whichever part of the program found it.
func culpritPath(_ error: any Error) -> String? {
  switch error {
  case let error as DatasetError: error.file
  case let error as FileError: error.path
  case let error as ImageFileError: error.file
  default: nil
  }
}

extension FileVerification {
  func malformed(by error: any Error) -> FileVerification {
    FileVerification(path: path, outcome: .malformed, found: found, expected: expected, problem: "\(error)")
  }
}

/// The digest of a file's bytes, read in blocks, in lower-case hexadecimal.
func fileDigest(_ path: String, _ function: HashFunction) throws -> String {
  var hash = Hash(function)
  try FileRange(OpenFile(path)).forEachBlock { hash.update($0) }
  return hexadecimal(hash.finish())
}
