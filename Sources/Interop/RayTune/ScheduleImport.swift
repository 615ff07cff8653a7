import Files
import Foundation
import Policies
import Text

/// A schedule from the results of a search by PBA's published code, or by another program on Ray Tune.
public struct ScheduleImport: Sendable {
  /// What is asked for; nil where the results are to decide.
  public struct Request: Sendable {
    /// The trial whose ancestry is wanted; nil for the best.
    public var trial: Int?
    /// How long the search trained each trial; nil for the most epochs that a trial reached.
    public var epochs: Int?
    /// The number in the results that says how good a trial is.
    public var metric: String
    /// Whether the lowest number is the best one.
    public var lowestWins: Bool
    /// The schedule's name; nil for that of the file or folder.
    public var name: String?

    /// A request in which only some values are given; the results decide the others.
    public init(
      trial: Int? = nil, epochs: Int? = nil, metric: String = "val_acc", lowestWins: Bool = false,
      name: String? = nil
    ) {
      self.trial = trial
      self.epochs = epochs
      self.metric = metric
      self.lowestWins = lowestWins
      self.name = name
    }
  }

  /// The schedule.
  public let schedule: Schedule
  /// What was chosen and why, and what was left out; a line each.
  public let notes: [String]

  /// Reads a log file, or the folder of a whole search.
  ///
  /// - Throws: `PolicyError` that names file and line of what cannot be read, or says what must be given.
  public init(from path: String, _ request: Request = Request()) throws(PolicyError) {
    if Folder.isThere(path) {
      try self.init(folder: path, request)
    } else {
      try self.init(file: path, request)
    }
  }

  private init(file path: String, _ request: Request) throws(PolicyError) {
    guard request.metric == Request().metric, !request.lowestWins else {
      throw PolicyError(
        file: path, found: "a log, which holds no results to choose by",
        expected: "the search's folder, or a log alone",
        cure: "leave \(setting: "metric") and \(setting: "lowest") out")
    }
    var log = try OriginalLog(contentsOf: path)
    let fileName = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    if let trial = request.trial {
      log = log.log(ofTrial: trial)
      guard !log.isEmpty else {
        throw PolicyError(
          file: path, found: "no exploit of trial \(trial)",
          expected: "the number of a trial that copied another")
      }
    } else if fileName == "pbt_global" {
      throw PolicyError(
        file: path, found: "the exploits of all trials",
        expected: "one trial", cure: "give \(setting: "trial") N, or name the folder")
    }
    guard let epochs = request.epochs else {
      throw PolicyError(
        file: path, found: "a log, which does not say how long the search trained each trial",
        expected: "that number",
        cure: "give \(setting: "epochs"), or name the folder with the results")
    }
    schedule = try Self.schedule(
      log, path, epochs: epochs, name: request.name ?? fileName, provenance: [:])
    notes = [Self.unfinished(log.unfinishedLine, path)].compactMap { $0 }
  }

  private init(folder path: String, _ request: Request) throws(PolicyError) {
    let folder = try ResultFolder.find(path)
    let results = try folder.results()
    var notes = results.compactMap { Self.unfinished($0.unfinishedLine, $0.path) }
    var provenance: [String: JSONValue] = [:]
    let trial: Int
    if let wanted = request.trial {
      trial = wanted
    } else {
      let best = try Self.best(results, folder, request)
      trial = best.winner.trial
      notes += Self.reasons(best, results, request)
      provenance[request.metric] = .number(best.winner.value)
    }
    guard let epochs = request.epochs ?? results.map(\.epochs).max() else {
      throw PolicyError(
        file: folder.path, found: "no results, which would say how long the search trained each trial",
        expected: "that number", cure: "give \(setting: "epochs")")
    }
    let name = request.name ?? URL(fileURLWithPath: folder.path).standardizedFileURL.lastPathComponent
    provenance["trial"] = .integer(trial)
    if let (log, path) = try folder.log(ofTrial: trial) {
      notes += [Self.unfinished(log.unfinishedLine, path)].compactMap { $0 }
      schedule = try Self.schedule(log, path, epochs: epochs, name: name, provenance: provenance)
    } else {
      let result = results.first { $0.trial == trial }
      guard result?.changesPolicy != true else {
        throw PolicyError(
          file: folder.path,
          found: "results of trial \(trial) whose configuration changes, but no log of what it copied",
          expected: "pbt_policy_\(trial).txt or pbt_global.txt beside the results: bring it there")
      }
      var policy = try result?.policy()
      if policy == nil { policy = try folder.initialPolicy(ofTrial: trial) }
      guard let policy else {
        throw PolicyError(
          file: folder.path, found: "no log and no configuration of trial \(trial)",
          expected: Self.known(folder, results))
      }
      notes.append(
        "trial \(trial) never copied another: its first policy held for all \(counted(epochs, "epoch"))")
      schedule = try Schedule(
        name: name, segments: [.init(epochs: epochs, policy: policy)],
        provenance: provenance.merging(["importedFrom": .string("results of Ray Tune")]) { old, _ in old })
    }
    self.notes = notes
  }

  private static func best(
    _ results: [TrialResults], _ folder: ResultFolder, _ request: Request
  ) throws(PolicyError) -> BestTrial {
    var candidates: [BestTrial.Candidate] = []
    for result in results {
      guard let value = try result.value(of: request.metric) else { continue }
      candidates.append(.init(trial: result.trial, epochs: result.epochs, value: value))
    }
    guard let best = BestTrial(among: candidates, lowestWins: request.lowestWins) else {
      throw PolicyError(
        file: folder.path, found: "no result with a \(JSONValue.string(request.metric).summary)",
        expected: "results to choose by",
        cure: "without them give \(setting: "trial"), \(known(folder, results)), and \(setting: "epochs")")
    }
    return best
  }

  private static func reasons(
    _ best: BestTrial, _ results: [TrialResults], _ request: Request
  ) -> [String] {
    let winner = best.winner
    let metric = printable(request.metric)
    var reasons = [
      "\(counted(results.count, "trial")), \(counted(results.reduce(0) { $0 + $1.count }, "result")); best is trial \(winner.trial): "
        + "\(metric) \(winner.value) after epoch \(winner.epochs), the \(request.lowestWins ? "lowest" : "highest") "
        + "last value"
        + (best.runnerUp.map { " (next: trial \($0.trial), \($0.value))" } ?? "")
    ]
    if !best.ties.isEmpty {
      reasons.append(
        "equal to it: trial \(best.ties.map(String.init).joined(separator: ", ")); the most epochs, then the lowest "
          + "number decided")
    }
    let without = results.filter { $0.last.values[request.metric] == .null }
    if !without.isEmpty {
      reasons.append(
        "without a number as the last \(metric), and passed over: trial "
          + without.map { String($0.trial) }.joined(separator: ", "))
    }
    let longest = results.map(\.epochs).max() ?? 0
    let short = results.filter { $0.epochs < longest }
    if !short.isEmpty {
      reasons.append(
        "ended before epoch \(longest): trial "
          + short.map { "\($0.trial) (\($0.epochs))" }.joined(separator: ", "))
    }
    return reasons
  }

  /// The trials that there is something of.
  private static func known(_ folder: ResultFolder, _ results: [TrialResults]) -> String {
    let trials = Set(folder.logs.keys).union(results.map(\.trial)).sorted()
    guard !trials.isEmpty else { return "the number of a trial" }
    return "one of the trials " + trials.map(String.init).joined(separator: ", ")
  }

  private static func schedule(
    _ log: OriginalLog, _ path: String, epochs: Int, name: String, provenance: [String: JSONValue]
  ) throws(PolicyError) -> Schedule {
    do throws(PolicyError) {
      return try log.schedule(epochs: epochs, name: name, provenance: provenance)
    } catch {
      throw error.inFile(path)
    }
  }

  private static func unfinished(_ line: Int?, _ path: String) -> String? {
    line.map { "\(printable(path)): line \($0), the last, is cut off and left out" }
  }
}
