import Files
import Foundation

/// A checkpoint that the journal knows: its name in the folder, and what its bytes must be.
public struct CheckpointRecord: Codable, Hashable, Sendable {
  /// The file's name in the folder `checkpoints`.
  public let file: String
  /// What the file must be.
  public let digest: FileDigest

  /// A checkpoint by its name in the folder and the digest of its bytes.
  public init(file: String, digest: FileDigest) {
    self.file = file
    self.digest = digest
  }
}

/// The folder `checkpoints` of a run.
///
/// A new checkpoint is written to `temporaryPath(for:)`, then `seal`ed by its writer, and gets its name by
/// `publish`, several at once where several are ready. Only then may the journal name it.
public struct CheckpointFolder: Sendable {
  /// The folder.
  public let path: String
  /// What its files are.
  public let format: CheckpointFormat
  private let temporaryNames = TemporaryNames()

  init(path: String, format: CheckpointFormat) {
    self.path = path
    self.format = format
  }

  /// Where the checkpoint of a name stands.
  public func path(of file: String) -> String { path + "/" + file }

  /// Where the checkpoint of a name is written first.
  ///
  /// It cannot be foreseen; this value always has the same one for a name.
  public func temporaryPath(for file: String) -> String { temporaryNames.path(for: path(of: file)) }

  /// Brings a finished temporary file to the disk and takes its digest.
  public func seal(_ file: String) throws -> CheckpointRecord {
    let temporary = temporaryPath(for: file)
    try AtomicFile.synchronise(temporary)
    return CheckpointRecord(file: file, digest: try FileDigest(ofFile: temporary))
  }

  /// Deletes what was written under a temporary name, if anything was.
  public func discard(_ file: String) throws {
    try AtomicFile.remove(temporaryPath(for: file))
  }

  /// Gives sealed files their names, durably.
  public func publish(_ checkpoints: [CheckpointRecord]) throws {
    guard !checkpoints.isEmpty else { return }
    for checkpoint in checkpoints {
      try AtomicFile.publish(temporaryPath(for: checkpoint.file), as: path(of: checkpoint.file))
    }
    try AtomicFile.synchroniseFolder(path)
  }

  /// Whether a checkpoint is there and whole.
  ///
  /// Throws `FileError` where that cannot be found out.
  public func holds(_ checkpoint: CheckpointRecord) throws -> Bool {
    try checkpoint.digest.matches(path(of: checkpoint.file))
  }

  /// The names of the checkpoints that are there, whole or not.
  public func names() throws -> Set<String> {
    Set(try AtomicFile.names(in: path).filter { $0.hasSuffix(format.suffix) })
  }

  /// Deletes a checkpoint, if it is there.
  public func remove(_ checkpoint: CheckpointRecord) throws {
    try AtomicFile.remove(path(of: checkpoint.file))
  }

  /// Deletes every checkpoint but those named.
  ///
  /// Other files are left alone.
  public func keepOnly(_ files: Set<String>) throws {
    for name in try names().subtracting(files) { try AtomicFile.remove(path(of: name)) }
  }

  func prepare() throws {
    // A link would have the checkpoints of another run deleted.
    if let kind = FileKind(at: path) { try kind.require(.folder, at: path) }
    try AtomicFile.makeFolder(path)
    try AtomicFile.removeLeftovers(in: path)
  }
}
