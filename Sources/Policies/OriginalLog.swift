import Foundation

/// The logs that PBA's published code leaves of a search on Ray Tune: `pbt_policy_<trial>.txt`.
///
/// Each line is one exploit in the ancestry of a trial: target trial, source trial, target's epoch, source's
/// epoch, the source's hyperparameters, and the ones explored from them. A line is a Python literal, whose
/// hyperparameters are lists of 60 integers, or JSON, whose hyperparameters are objects that hold such a list
/// under `hp_policy`.
public enum OriginalLog {
  /// Reads a log file; errors name the file and the line.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - epochs: how long the search trained each trial.
  ///   - name: the schedule's name.
  public static func read(contentsOf path: String, epochs: Int, name: String) throws(PolicyError) -> Schedule
  {
    let data = try readTextFile(path)
    do throws(PolicyError) {
      guard let text = String(bytes: data, encoding: .utf8) else {
        throw PolicyError(found: "bytes that are no UTF-8", expected: "a text file")
      }
      return try parse(text, epochs: epochs, name: name)
    } catch {
      throw error.inFile(path)
    }
  }

  /// Turns a log into the schedule that led to its trial.
  ///
  /// The rules are those of the published parser. Lines up to the last one whose target is not the next
  /// line's source are stale and dropped. The first segment lasts until the first line's source epoch and has
  /// that line's old policy; each line's new policy lasts until the next line's source epoch, the last one's
  /// to the end. Segments without an epoch are left out.
  ///
  /// - Parameters:
  ///   - text: the log.
  ///   - epochs: how long the search trained each trial.
  ///   - name: the schedule's name.
  public static func parse(_ text: String, epochs: Int, name: String) throws(PolicyError) -> Schedule {
    let epochs = try JSONField(.integer(epochs), at: "epochs").integer(in: 1...Schedule.longest)
    let lines = ancestry(try readLines(text))
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
    return try Schedule(
      name: name, segments: segments.filter { $0.epochs > 0 },
      provenance: ["importedFrom": .string("a log of arcelien/pba on Ray Tune")])
  }

  /// Drops the lines that are no part of the last trial's ancestry.
  private static func ancestry(_ lines: [OriginalLogLine]) -> ArraySlice<OriginalLogLine> {
    let breaks = lines.indices.dropLast().last { lines[$0].target != lines[$0 + 1].source }
    return lines.dropFirst(breaks.map { $0 + 1 } ?? 0)
  }

  private static func readLines(_ text: String) throws(PolicyError) -> [OriginalLogLine] {
    var lines: [OriginalLogLine] = []
    let texts = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in texts.enumerated() {
      let isBlank = line.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\r") || $0 == 9 }
      guard !isBlank else { continue }
      let value = try LiteralParser.parse(line, as: .python, firstLine: index + 1)
      lines.append(try OriginalLogLine(value, number: index + 1))
    }
    return lines
  }
}
