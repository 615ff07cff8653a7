import ArgumentParser
import Text
import Workers

extension TimeSpan: ExpressibleByArgument {
  /// What a word on the command line says; nil if it is not a time.
  public init?(argument: String) { self.init(argument) }
}

extension TimeLimit: ExpressibleByArgument {
  /// What a word on the command line says; nil where it is neither a time nor `none`.
  public init?(argument: String) { self.init(argument) }
}

extension TimeLimit: SettingValue {}

/// Options of a search by worker processes.
package struct WorkerOptions: ParsableArguments {
  @Option(\.workers) var workers: Int?
  @Option(\.retries) var retries: Int?
  @Option(\.progressLimit) var progressLimit: TimeLimit?
  @Option(\.segmentLimit) var segmentLimit: TimeLimit?

  package init() {}
}

extension Settings {
  /// Whether worker processes train, and what is given about them.
  ///
  /// - Parameter hasWorkers: whether workers train also where no number of them is given.
  /// - Returns: the settings.
  /// - Throws: ``SettingsError`` where two settings contradict each other, or one has no effect.
  func workerSettings(hasWorkers: Bool) throws -> WorkerSettings {
    var settings = WorkerSettings()
    settings.workers = self.workers
    if case .trials? = self.concurrency, origin(of: \.concurrency) != nil {
      guard origin(of: \.workers) == nil else {
        throw SettingsError(
          "\(setting: "workers"): found together with \(setting: "concurrency"), expected one of them: how many train at once"
            + " as processes, or in this one")
      }
      // A search that was begun by workers is continued in this process.
      settings.workers = nil
    }
    if !hasWorkers, settings.workers == nil {
      let idle = [
        ("retries", origin(of: \.retries)), ("progressLimit", origin(of: \.progressLimit)),
        ("segmentLimit", origin(of: \.segmentLimit)),
      ]
      if let (name, _) = idle.first(where: { $0.1 != nil }) {
        throw SettingsError(
          "\(setting: name): found without \(setting: "workers"), expected both or neither: it is for worker processes, and this"
            + " search trains in one process")
      }
    }
    settings.retries = self.retries
    settings.progressLimit = self.progressLimit
    settings.segmentLimit = self.segmentLimit
    try settings.validate()
    return settings
  }
}
