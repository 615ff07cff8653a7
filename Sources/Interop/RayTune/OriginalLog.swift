import Policies
import Text

/// A log that PBA's published code leaves of a search on Ray Tune: `pbt_policy_<trial>.txt`.
///
/// Each line is one exploit in the ancestry of a trial: target trial, source trial, target's epoch, source's
/// epoch, the source's hyperparameters, and the ones explored from them. A line is a Python literal, whose
/// hyperparameters are lists of 60 integers, or JSON, whose hyperparameters are objects that hold such a list
/// under `hp_policy`.
public struct OriginalLog: Sendable {
  let lines: [OriginalLogLine]
  /// The number of the last line where it was left out because its writer was cut off; nil where all is whole.
  public let unfinishedLine: Int?

  /// Reads a log file; errors name the file and the line.
  public init(contentsOf path: String) throws(PolicyError) {
    do throws(PolicyError) {
      try self.init(LogLines(contentsOf: path))
    } catch {
      throw error.file == nil ? error.inFile(path) : error
    }
  }

  /// Reads the text of a log; errors name the line.
  public init(_ text: String) throws(PolicyError) {
    try self.init(LogLines(text.utf8))
  }

  init(_ log: LogLines) throws(PolicyError) {
    var lines: [OriginalLogLine] = []
    for line in log.lines { lines.append(try OriginalLogLine(line.value, number: line.number)) }
    self.init(lines: lines, unfinishedLine: log.unfinishedLine)
  }

  init(lines: [OriginalLogLine], unfinishedLine: Int?) {
    self.lines = lines
    self.unfinishedLine = unfinishedLine
  }

  /// The schedule that led to the log's trial.
  ///
  /// The rules are those of the published parser. Lines up to the last one whose target is not the next line's
  /// source are stale and dropped. The first segment lasts until the first line's source epoch and has that
  /// line's old policy; each line's new policy lasts until the next line's source epoch, the last one's to the
  /// end. Segments without an epoch are left out.
  ///
  /// - Parameters:
  ///   - epochs: how long the search trained each trial.
  ///   - name: the schedule's name.
  ///   - provenance: what is to be noted beside the kind of log.
  /// - Returns: the schedule that led to the log's trial.
  /// - Throws: `PolicyError` for a log without lines, and for epochs that contradict each other.
  public func schedule(
    epochs: Int, name: String, provenance: [String: JSONValue] = [:]
  ) throws(PolicyError) -> Schedule {
    let epochs = try JSONField(.integer(epochs), at: "epochs").integer(in: 1...Schedule.longest)
    let lines = ancestry
    guard let first = lines.first else {
      throw PolicyError(
        found: "a log without lines",
        expected: "one line an exploit; a trial that never copied another has no log")
    }
    var segments: [Schedule.Segment] = []
    var start = 0
    var policy = first.previous
    for line in lines {
      guard line.sourceEpoch >= start else {
        throw PolicyError(
          place: "line \(line.number)", found: "the source's epoch \(line.sourceEpoch)",
          expected: "at least \(start), the epoch of the line before")
      }
      guard line.sourceEpoch <= epochs else {
        throw PolicyError(
          place: "line \(line.number)", found: "the source's epoch \(line.sourceEpoch)",
          expected: "at most \(epochs), the length of the search; give the number of epochs it really ran")
      }
      segments.append(Schedule.Segment(epochs: line.sourceEpoch - start, policy: policy))
      start = line.sourceEpoch
      policy = line.explored
    }
    segments.append(Schedule.Segment(epochs: epochs - start, policy: policy))
    let origin: [String: JSONValue] = ["importedFrom": .string("a log of arcelien/pba on Ray Tune")]
    return try Schedule(
      name: name, segments: segments.filter { $0.epochs > 0 },
      provenance: origin.merging(provenance) { _, new in new })
  }

  /// The lines that are part of the last trial's ancestry.
  private var ancestry: ArraySlice<OriginalLogLine> {
    let breaks = lines.indices.dropLast().last { lines[$0].target != lines[$0 + 1].source }
    return lines.dropFirst(breaks.map { $0 + 1 } ?? 0)
  }
}

extension OriginalLog {
  /// The log of one trial, of a log of the exploits of all trials in the order of time (`pbt_global.txt`).
  ///
  /// As Ray does it: an exploit puts the source's log, if there is one, in the place of the target's, and then
  /// appends itself. A trial that never copied another has no lines.
  public func log(ofTrial trial: Int) -> OriginalLog {
    var logs: [Int: [OriginalLogLine]] = [:]
    for line in lines {
      guard let target = trialNumber(line.target), let source = trialNumber(line.source) else { continue }
      logs[target] = (logs[source] ?? logs[target] ?? []) + [line]
    }
    return OriginalLog(lines: logs[trial] ?? [], unfinishedLine: unfinishedLine)
  }

  /// Whether the log has no line.
  public var isEmpty: Bool { lines.isEmpty }
}

/// The number of a trial in its tag: `3` in `3`, `3_lr=0.1` and `3@perturbed[...]`.
func trialNumber(_ tag: String) -> Int? {
  Int(tag.prefix { $0.isASCII && $0.isNumber })
}
