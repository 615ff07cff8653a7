import Augmentation
import GRDB
import PopulationBasedTraining
import Text
import Yams

/// What the settings of a run say that its journal must hold, whatever the results were.
///
/// A row that was taken away or put in has no digest that could tell; what is missing or too much then shows here.
enum JournalShape: Hashable, Sendable {
  case search(SearchShape)
  case training(epochs: Int)

  /// Nil where the settings do not say enough.
  ///
  /// Throws `DatabaseError` where they say what no run can have.
  init?(kind: RunKind, settings: [String: Node]) throws {
    func number(_ name: String) throws -> Int? {
      guard case .scalar(let scalar)? = settings[name] else { return nil }
      guard let number = Int(scalar.string), (1...Row.largest).contains(number) else {
        throw Row.outside("the setting \(name)", scalar.string)
      }
      return number
    }
    guard kind != .compare, let epochs = try number("epochs") else { return nil }
    switch kind {
    case .train: self = .training(epochs: epochs)
    case .search:
      guard let population = try number("population"), let interval = try number("interval") else {
        return nil
      }
      let isAsynchronous = settings["asynchronous"].map(settingText) == "true"
      let objective = Objective(name: settings["score"].map(settingText))
      self = .search(
        SearchShape(
          population: population, interval: interval, epochs: epochs, isAsynchronous: isAsynchronous,
          scores: objective.range, checkpoints: CheckpointFormat(settings)))
    case .compare: return nil
    }
  }

  /// Throws `DatabaseError` unless a journal holds what it must.
  func verify(_ database: Database) throws {
    switch self {
    case .search(let shape): try shape.verify(database)
    case .training(let epochs): try Self.verifyTraining(epochs: epochs, database)
    }
  }

  private static func verifyTraining(epochs: Int, _ database: Database) throws {
    let row = try Row.fetchOne(
      database,
      sql: """
        SELECT count(*) AS count, coalesce(min(epoch), 0) AS first, coalesce(max(epoch), -1) AS last,
          (SELECT coalesce(max(epochs), 0) FROM checkpoint) AS checkpoint
        FROM epoch
        """)
    guard let row else { return }
    let (count, last): (Int, Int) = (try row.checked("count"), try row.checked("last"))
    guard try row.checked("first") == 0, last == count - 1 else {
      throw damage(
        "found \(counted(count, "epoch")), the last with the number \(last)", "every number once, from 0")
    }
    guard count <= epochs else { throw damage("found \(counted(count, "epoch"))", "at most \(epochs)") }
    let checkpoint: Int = try row.checked("checkpoint")
    guard checkpoint <= count else {
      throw damage(
        "found a checkpoint after \(counted(checkpoint, "epoch"))", "at most the \(count) that it has")
    }
  }

  static func damage(_ found: String, _ expected: String) -> DatabaseError {
    DatabaseError(resultCode: .SQLITE_CORRUPT, message: "\(found), expected \(expected)")
  }
}
