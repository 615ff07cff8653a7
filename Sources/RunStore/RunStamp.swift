import Files

/// What changes when a run does: an entry of its journal or of a training in it, its results, whether a process works on it.
///
/// It is taken without a look into a file. Who follows a run reads it again where the stamp is another one.
public struct RunStamp: Hashable, Sendable {
  private let files: [FileStamp?]
  private let isHeld: Bool

  /// The stamp of what is in a folder now, whether a run is there or not.
  public init(of path: String) {
    let comparison = ComparisonFolder(path)
    let trainings = ((try? AtomicFile.names(in: comparison.trainingsPath)) ?? []).sorted()
    let others = [RunFileName.schedule, RunFileName.configuration, ComparisonFolder.summary]
    files =
      ([path] + trainings.map { comparison.trainingsPath + "/" + $0 }).flatMap(Self.journal)
      + others.map { FileStamp(path + "/" + $0) }
    isHeld = Self.isHeld(path)
  }

  /// Whether a process works on the run in a folder, as far as the system says.
  static func isHeld(_ path: String) -> Bool {
    (try? FileLock.holder(folder: path, file: RunFileName.lock)) != nil
  }

  /// The journal in a folder and its log, which who reads makes too where it is missing: an empty one counts for nothing.
  static func journal(in folder: String) -> [FileStamp?] {
    let log = FileStamp(folder + "/" + RunFileName.log)
    return [FileStamp(folder + "/" + RunFileName.journal), log.size > 0 ? log : nil]
  }
}
