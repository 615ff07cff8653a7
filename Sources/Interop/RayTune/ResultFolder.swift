import Files
import Foundation
import Policies
import Text

/// The folder that a search of PBA's published code, or another one on Ray Tune, left: logs of exploits, and a folder a
/// trial with its results.
struct ResultFolder {
  let path: String
  /// The trials that have a log, `pbt_policy_<trial>.txt`.
  let logs: [Int: String]
  /// The log of all exploits, `pbt_global.txt`, nil where there is none.
  let globalLog: String?
  /// The folders of trials: those that hold a `result.json`.
  let trialFolders: [String]

  /// Finds the results in a folder, or in the only folder in it that has any.
  ///
  /// - Throws: `PolicyError` if there are none, or those of several searches.
  static func find(_ path: String) throws(PolicyError) -> ResultFolder {
    let found = try ResultFolder(path)
    if found.holdsResults { return found }
    if FileKind(following: path + "/result.json") != nil {
      throw PolicyError(
        file: path, found: "the folder of one trial",
        expected: "the folder of the search",
        cure: "name its parent, with \(setting: "trial") if it is this trial that is wanted"
      )
    }
    var inner: [ResultFolder] = []
    for name in try entries(path) where Folder.isThere("\(path)/\(name)") {
      let folder = try ResultFolder("\(path)/\(name)")
      if folder.holdsResults { inner.append(folder) }
    }
    guard let only = inner.first else {
      throw PolicyError(
        file: path, found: "no pbt_policy_N.txt, no pbt_global.txt and no folder with a result.json",
        expected: "the folder that a search left")
    }
    guard inner.count == 1 else {
      let names = inner.map { URL(fileURLWithPath: $0.path).lastPathComponent }
      throw PolicyError(
        file: path, found: "the results of \(inner.count) searches: \(names.joined(separator: ", "))",
        expected: "one of these folders")
    }
    return only
  }

  private init(_ path: String) throws(PolicyError) {
    let names = try Self.entries(path)
    self.path = path
    var logs: [Int: String] = [:]
    for name in names where name.hasPrefix("pbt_policy_") && name.hasSuffix(".txt") {
      if let trial = Int(name.dropFirst("pbt_policy_".count).dropLast(".txt".count)) {
        logs[trial] = "\(path)/\(name)"
      }
    }
    self.logs = logs
    globalLog = names.contains("pbt_global.txt") ? "\(path)/pbt_global.txt" : nil
    trialFolders = names.map { "\(path)/\($0)" }
      .filter { FileKind(following: $0 + "/result.json") != nil }
  }

  private var holdsResults: Bool { !logs.isEmpty || globalLog != nil || !trialFolders.isEmpty }

  /// The names in a folder, sorted.
  private static func entries(_ path: String) throws(PolicyError) -> [String] {
    guard let names = try? AtomicFile.names(in: path) else {
      throw PolicyError(
        file: path, found: "a folder that cannot be read",
        expected: "a readable folder (check its permissions)")
    }
    return names
  }
}

extension ResultFolder {
  /// Reads the results of every trial that has any, in the order of their numbers.
  func results() throws(PolicyError) -> [TrialResults] {
    var results: [Int: TrialResults] = [:]
    for folder in trialFolders {
      let name = URL(fileURLWithPath: folder).lastPathComponent
      guard let trial = try TrialResults(contentsOf: folder + "/result.json", folder: name) else { continue }
      if let other = results.updateValue(trial, forKey: trial.trial) {
        throw PolicyError(
          file: trial.path, found: "trial \(trial.trial), whose results are in \(other.path) too",
          expected: "the results of one search: move those of the other elsewhere")
      }
    }
    return results.keys.sorted().compactMap { results[$0] }
  }

  /// The log of a trial: its own file, else its part of the log of all; nil where it never copied another.
  func log(ofTrial trial: Int) throws(PolicyError) -> (log: OriginalLog, path: String)? {
    if let path = logs[trial] { return (try OriginalLog(contentsOf: path), path) }
    guard logs.isEmpty, let path = globalLog else { return nil }
    let log = try OriginalLog(contentsOf: path).log(ofTrial: trial)
    return log.isEmpty ? nil : (log, path)
  }

  /// The policy of a trial without a log, in `params.json`, or the last `params_*.json`, of its folder.
  func initialPolicy(ofTrial trial: Int) throws(PolicyError) -> Policy? {
    for folder in trialFolders
    where TrialResults.number(inFolder: URL(fileURLWithPath: folder).lastPathComponent) == trial {
      let names = try Self.entries(folder)
      let name =
        names.first { $0 == "params.json" } ?? names.last { $0.hasPrefix("params_") && $0.hasSuffix(".json") }
      guard let name else { continue }
      let path = "\(folder)/\(name)"
      do throws(PolicyError) {
        return try OriginalLogLine.policy(
          JSONField(JSONValue(parsing: readTextFile(path), as: .python)))
      } catch {
        throw error.file == nil ? error.inFile(path) : error
      }
    }
    return nil
  }
}
