import RunStore
import Text

/// Whether worker processes train, how many, and how long is waited for them; nothing of it changes a result.
///
/// Its members stand among the other settings of a search; nil where nobody gave them.
public struct WorkerSettings: Codable, Hashable, Sendable {
  /// How many workers train at once; nil where the networks are trained in this process.
  public var workers: Int?
  /// How many further attempts a segment gets whose worker is lost.
  public var retries: Int?
  /// The longest time without progress of a segment.
  public var progressLimit: TimeLimit?
  /// The longest time that a segment may take.
  public var segmentLimit: TimeLimit?

  /// No workers.
  public init() {}

  /// The names of the settings.
  public static let names: Set<String> = Set(CodingKeys.allCases.map(\.rawValue))
  /// The most workers.
  public static let mostWorkers = 1000
  /// The most further attempts.
  public static let mostRetries = 1_000_000

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case workers, retries, progressLimit, segmentLimit
  }

  /// The limits, the usual ones where nobody gave others.
  public var limits: WorkerLimits {
    var limits = WorkerLimits()
    // A thousand reports a second are read with a few hundredths of a core, and more are seen by nobody.
    limits.report = max(limits.report, Double(workers ?? 0) / 1000)
    if let retries { limits.retries = retries }
    if let progressLimit { limits.progress = progressLimit.span }
    if let segmentLimit { limits.segment = segmentLimit.span }
    return limits
  }

  /// Checks every number; throws `SettingError` for the first that has no meaning.
  public func validate() throws {
    if let workers, !(1...Self.mostWorkers).contains(workers) {
      throw SettingError(
        "workers", found: "\(workers)", expected: "a number from 1 to \(Self.mostWorkers)")
    }
    if let retries, !(0...Self.mostRetries).contains(retries) {
      throw SettingError(
        "retries", found: "\(retries)", expected: "a number from 0 to \(Self.mostRetries)")
    }
  }
}
