import Policies
import Text

/// What one trial of a search on Ray Tune reported: its `result.json`, a JSON object a line.
struct TrialResults {
  /// The trial's number: the one in the name of its log.
  let trial: Int
  /// Its file.
  let path: String
  /// How many results it reported.
  let count: Int
  /// Whether the first and the last result name different configurations.
  let changesPolicy: Bool
  /// The last result.
  let last: JSONMembers
  /// The epochs that the last result stands for.
  let epochs: Int
  /// The number of the last line where it was left out because its writer was cut off.
  let unfinishedLine: Int?

  /// Reads the results of a trial; nil where it has none yet.
  ///
  /// - Parameters:
  ///   - path: the file of the results.
  ///   - folder: the name of the trial's folder, which holds its number where the results do not say it.
  /// - Throws: `PolicyError` for the first line that is not a result.
  init?(contentsOf path: String, folder: String) throws(PolicyError) {
    let log = try LogLines(contentsOf: path)
    guard let line = log.lines.last else { return nil }
    do throws(PolicyError) {
      // Every line is checked, for a damaged one may be what makes another trial look best.
      for line in log.lines {
        let result = try Self.members(of: line)
        _ = try result.require("training_iteration", Self.iterationMeaning).integer(in: 0...Schedule.longest)
      }
      last = try Self.members(of: line)
      let first = try log.lines.first.map { line throws(PolicyError) in try Self.members(of: line) }
      changesPolicy = first?.values["config"] != last.values["config"]
      epochs = try last.require("training_iteration", Self.iterationMeaning).integer(in: 0...Schedule.longest)
      guard let trial = Self.number(last) ?? Self.number(inFolder: folder) else {
        throw PolicyError(
          place: "experiment_tag", found: "no number of the trial, and none in the name of the folder",
          expected: "a tag such as \"3_lr=0.1\", or a folder such as RayModel_3_…")
      }
      self.trial = trial
    } catch {
      throw error.inFile(path)
    }
    self.path = path
    count = log.lines.count
    unfinishedLine = log.unfinishedLine
  }

  private static let iterationMeaning = "the number of epochs trained"

  private static func members(of line: LogLines.Line) throws(PolicyError) -> JSONMembers {
    try JSONField(line.value, at: "line \(line.number)").members("a JSON object, one result")
  }

  private static func number(_ result: JSONMembers) -> Int? {
    guard case .string(let tag) = result.values["experiment_tag"] else { return nil }
    return trialNumber(tag)
  }

  /// The number in a folder's name such as `RayModel_3_lr=0.1_2019-06-20_12-00-00abcd`: its first part of digits alone.
  static func number(inFolder name: String) -> Int? {
    name.split(separator: "_").first { $0.allSatisfy { $0.isASCII && $0.isNumber } }.flatMap { Int($0) }
  }

  /// The last result's value of a metric, nil where it is null.
  func value(of metric: String) throws(PolicyError) -> Double? {
    switch last.values[metric] {
    case .integer(let value): return Double(value)
    case .number(let value): return value
    case .null: return nil
    default:
      let names = last.values.filter { $0.value.isNumber }.keys.sorted()
      throw PolicyError(
        file: path, place: metric, found: last.values[metric]?.summary ?? "nothing",
        expected: "a number; name another metric, one of \(names.joined(separator: ", "))"
          + nearMissHint(metric, among: names))
    }
  }

  /// The policy that the trial trained with last, nil where the results do not say it.
  func policy() throws(PolicyError) -> Policy? {
    guard case .object(let configuration) = last.values["config"] else { return nil }
    do throws(PolicyError) {
      return try OriginalLogLine.policy(JSONField(.object(configuration), at: "config"))
    } catch {
      throw error.inFile(path)
    }
  }
}

extension JSONValue {
  fileprivate var isNumber: Bool {
    switch self {
    case .integer, .number: true
    default: false
    }
  }
}
