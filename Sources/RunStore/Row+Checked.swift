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

  /// The value of a column that may be empty.
  func checkedIfPresent<Value: DatabaseValueConvertible>(_ column: String) throws -> Value? {
    self[column] == nil ? nil : try checked(column)
  }

  /// The checkpoint in the columns `file`, `size` and `sha256`.
  func checkpoint() throws -> CheckpointRecord {
    CheckpointRecord(
      file: try checked("file"), digest: FileDigest(size: try checked("size"), sha256: try checked("sha256")))
  }
}
