import Files
import GRDB

extension Row {
  /// The value of a column; what does not fit the type is an error, not a trap.
  func checked<Value: DatabaseValueConvertible>(_ column: String) throws -> Value {
    let stored = self[column]?.databaseValue ?? .null
    guard let value = Value.fromDatabaseValue(stored) else {
      throw DatabaseError(
        resultCode: .SQLITE_CORRUPT,
        message: "found \(stored) in the column \(column), expected \(Value.self)")
    }
    return value
  }

  /// The value of a column that may be empty, or not be there in a journal of an older version.
  func checkedIfPresent<Value: DatabaseValueConvertible>(_ column: String) throws -> Value? {
    self[column] == nil ? nil : try checked(column)
  }

  /// The number of a column, which must be one: a finite one, within the bounds if there are any.
  func number(_ column: String, in bounds: ClosedRange<Double>? = nil) throws -> Double {
    let value: Double = try checked(column)
    guard value.isFinite, bounds?.contains(value) ?? true else { throw Self.outside(column, "\(value)") }
    return value
  }

  /// The number of a column that may be empty.
  func numberIfPresent(_ column: String, in bounds: ClosedRange<Double>? = nil) throws -> Double? {
    let stored = self[column]?.databaseValue ?? .null
    return stored.isNull ? nil : try number(column, in: bounds)
  }

  /// The whole number of a column, which no run can have above a million.
  func count(_ column: String) throws -> Int {
    let value: Int = try checked(column)
    guard (0...Self.largest).contains(value) else { throw Self.outside(column, "\(value)") }
    return value
  }

  /// The largest number of epochs, trials and segments of a trial that settings accept.
  static var largest: Int { 1_000_000 }

  static func outside(_ name: String, _ value: String) -> DatabaseError {
    DatabaseError(
      resultCode: .SQLITE_CORRUPT, message: "found \(value) for \(name), which no run can have")
  }

  /// The checkpoint in the columns `file`, `size` and `sha256`.
  func checkpoint() throws -> CheckpointRecord {
    CheckpointRecord(
      file: try checked("file"), digest: FileDigest(size: try checked("size"), sha256: try checked("sha256")))
  }
}
