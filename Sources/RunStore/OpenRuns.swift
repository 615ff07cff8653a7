import Files

/// Runs that are looked at again and again: each is opened once, and again where another journal lies there or another process
/// has begun or ceased to work on it.
///
/// To open a run is to examine its whole journal, and keeps some kilobytes of memory until the program ends. One thread at a
/// time may use it.
public final class OpenRuns {
  /// By which an opened run is known to be the one that lies there now.
  private struct Mark: Hashable {
    let journal: UInt64
    let isHeld: Bool
    /// Where a copy was opened: what it is a copy of.
    let files: [FileStamp?]

    init(_ path: String, isCopy: Bool) {
      let files = RunStamp.journal(in: path)
      journal = files.first??.number ?? 0
      isHeld = RunStamp.isHeld(path)
      self.files = isCopy ? files : []
    }
  }

  private var opened: [String: (mark: Mark, run: RunDirectory)] = [:]

  /// Begins without any.
  public init() {}

  /// A run to look at, as ``RunDirectory/read(_:)`` opens it; what is read of it is what it holds now.
  public func read(_ path: String) throws -> RunDirectory {
    if let known = opened[path], known.mark == Mark(path, isCopy: known.run.isCopy) { return known.run }
    opened[path] = nil
    let (plain, copied) = (Mark(path, isCopy: false), Mark(path, isCopy: true))
    let run = try RunDirectory.read(path)
    opened[path] = (run.isCopy ? copied : plain, run)
    return run
  }

  /// Closes all, to be opened again: after an error, which may be one of what was opened.
  public func close() { opened = [:] }
}
