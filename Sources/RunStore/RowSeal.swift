import Files
import GRDB

/// Columns of a journal's table that decide something, and the column that holds a digest of them.
///
/// A bit that flipped on the disk, a value that was changed and a row in another's place are noticed when the row is
/// read: the digest is over the table's name and every value with its type and its length, the row's key among them.
/// What is in the journals of today depends on the columns and their order: both stay as they are, and a new column
/// that decides something is a later one, which is added at the end.
struct RowSeal: Sendable {
  let table: String
  /// The columns of the table's key.
  let key: [String]
  /// The other columns that decide.
  let columns: [String]
  /// Columns that came later.
  ///
  /// What is NULL in them adds nothing to the digest, so those of earlier journals stay.
  let later: [String]
  /// The column of the digest.
  let digest: String

  private init(
    _ table: String, key: [String], _ columns: [String], later: [String] = [], digest: String = "digest"
  ) {
    self.table = table
    self.key = key
    self.columns = columns
    self.later = later
    self.digest = digest
  }

  static let run = RowSeal("run", key: ["id"], ["kind", "configuration", "version", "finished"])
  static let policy = RowSeal("policy", key: ["id"], ["entries"])
  /// What a segment is to do; written once.
  static let plan = RowSeal(
    "segment", key: ["generation", "trial"],
    ["startEpoch", "endEpoch", "parent", "parentGeneration", "policy"], later: ["tuned"],
    digest: "planDigest")
  /// How a segment ended.
  static let outcome = RowSeal(
    "segment", key: ["generation", "trial"],
    [
      "state", "arrival", "file", "size", "sha256", "validationAccuracy", "trainLoss", "trainAccuracy",
      "seconds", "reason",
    ], later: ["figures"], digest: "outcomeDigest")
  static let epoch = RowSeal("epoch", key: ["epoch"], ["metrics"])
  static let checkpoint = RowSeal("checkpoint", key: ["epochs"], ["file", "size", "sha256"])

  static let all = [run, policy, plan, outcome, epoch, checkpoint]
}

extension RowSeal {
  /// The columns that the digest is of, without the key, in their order.
  var sealed: [String] { columns + later }

  /// The digest of a row with these values of the key and of the columns, in their order.
  func digest(_ values: [(any DatabaseValueConvertible)?]) -> Int64 {
    digest(of: values.lazy.map { $0?.databaseValue ?? .null })
  }

  /// The digest that a row should have.
  private func digest(of row: Row) -> Int64 {
    digest(of: [key, columns, later].joined().lazy.map { row[$0] ?? DatabaseValue.null })
  }

  private func digest(of values: some Sequence<DatabaseValue>) -> Int64 {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(256)
    bytes.append(contentsOf: table.utf8)
    let firstOfLater = key.count + columns.count
    for (place, value) in values.enumerated() {
      if place >= firstOfLater {
        if value.isNull { continue }
        bytes.append(UInt8(truncatingIfNeeded: place))
      }
      switch value.storage {
      case .null: bytes.append(0)
      case .int64(let number): Self.add(1, UInt64(bitPattern: number), to: &bytes)
      // SQLite keeps no negative zero.
      case .double(let number): Self.add(2, (number == 0 ? 0 : number).bitPattern, to: &bytes)
      case .string(let text):
        Self.add(3, UInt64(text.utf8.count), to: &bytes)
        bytes.append(contentsOf: text.utf8)
      case .blob(let data):
        Self.add(4, UInt64(data.count), to: &bytes)
        bytes.append(contentsOf: data)
      }
    }
    return Int64(bitPattern: shortDigest(of: bytes))
  }

  private static func add(_ type: UInt8, _ number: UInt64, to bytes: inout [UInt8]) {
    bytes.append(type)
    for shift in stride(from: UInt64(56), through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: number >> shift))
    }
  }

  /// Throws unless a row is as it was written.
  func verify(_ row: Row) throws {
    try verify(row, found: row[digest] ?? DatabaseValue.null, expected: digest(of: row))
  }

  /// As above, for a row that begins with the key and has the other columns, and the digest after them, from a place on:
  /// a search reads hundreds of thousands, and names take longer to look up.
  func verify(_ row: Row, from first: Int) throws {
    let count = columns.count + later.count
    let places = [0..<key.count, first..<first + count].joined()
    try verify(
      row, found: row[first + count],
      expected: digest(of: places.lazy.map { row[$0] as DatabaseValue }))
  }

  private func verify(_ row: Row, found: DatabaseValue, expected: Int64) throws {
    if case .int64(expected) = found.storage { return }
    let place = key.map { "\($0) \(row[$0] ?? DatabaseValue.null)" }.joined(separator: ", ")
    throw DatabaseError(
      resultCode: .SQLITE_CORRUPT, message: "the row \(place) of the table \(table) is not as it was written")
  }

  /// Gives the rows for which a condition holds the digests of what they say now.
  func write(_ database: Database, where condition: String = "TRUE", arguments: StatementArguments = [])
    throws
  {
    let select = try database.cachedStatement(sql: "SELECT * FROM \(table) WHERE \(condition)")
    // All are read before the first is written.
    let rows = try Row.fetchAll(select, arguments: arguments).map { row in
      [digest(of: row).databaseValue] + key.map { row[$0] ?? DatabaseValue.null }
    }
    let update = try database.cachedStatement(
      sql: "UPDATE \(table) SET \(digest) = ? WHERE " + key.map { "\($0) = ?" }.joined(separator: " AND "))
    for row in rows { try update.execute(arguments: StatementArguments(row)) }
  }
}
