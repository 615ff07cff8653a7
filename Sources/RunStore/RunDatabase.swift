import Foundation
import GRDB
import GRDBSQLite

/// The SQLite file of a run: opened durably, brought to the known schema, its failures put in words.
struct RunDatabase: Sendable {
  let path: String
  /// The policies that were read lately.
  let policies = PolicyTable()
  private let connection: Connection
  private var queue: DatabaseQueue { connection.queue }

  /// Opens the file, and makes it when it is not there unless `readOnly`.
  ///
  /// What may only be read may lie where nothing can be written.
  ///
  /// Throws `RunStoreError.damagedJournal`, `.newerJournal` or `.journal`.
  init(path: String, readOnly: Bool) throws {
    self.path = path
    connection = try Self.inWords(path) {
      do {
        return try Self.opened(path, named: path, readOnly: readOnly)
      } catch let error as DatabaseError
        where readOnly && [.SQLITE_CANTOPEN, .SQLITE_READONLY].contains(error.resultCode)
        && access(path, R_OK) == 0
      {
        let copy = try JournalCopy(of: path)
        defer { copy.remove() }
        return try Self.opened(copy.path, named: path, readOnly: true)
      }
    }
  }

  /// Opens the file in a place; errors call it by its name.
  private static func opened(_ place: String, named path: String, readOnly: Bool) throws -> Connection {
    var configuration = Configuration()
    configuration.readonly = readOnly
    configuration.journalMode = readOnly ? .default : .wal
    configuration.busyMode = .timeout(5)
    let connection = Connection(try DatabaseQueue(path: place, configuration: configuration))
    let queue = connection.queue
    let migrator = runSchema
    if try queue.read(migrator.hasBeenSuperseded) { throw RunStoreError.newerJournal(path: path) }
    let verdict = try queue.read { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") }
    guard verdict == "ok" else {
      throw RunStoreError.damagedJournal(path: path, detail: verdict ?? "no answer to a check")
    }
    if !readOnly {
      // What is told as done must be on the disk, not in the system's memory.
      try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
      try migrator.migrate(queue)
    }
    return connection
  }

  /// A connection that is closed when nobody has it any more.
  private final class Connection: Sendable {
    let queue: DatabaseQueue

    init(_ queue: DatabaseQueue) {
      self.queue = queue
      // The queue stays in memory: Dispatch takes apart one of its own on another thread, and waits for ever where the system
      // starts none.
      _ = Unmanaged.passRetained(queue)
    }

    deinit { try? queue.close() }
  }

  func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try Self.inWords(path) { try queue.read(body) }
  }

  /// Runs `body` as one transaction, durable when this returns.
  func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try Self.inWords(path) { try queue.write(body) }
  }

  /// How many pages of the file this connection has looked at so far: the work that its calls were for SQLite.
  func pagesRead() throws -> Int {
    try read { database in
      [SQLITE_DBSTATUS_CACHE_HIT, SQLITE_DBSTATUS_CACHE_MISS].reduce(0) { sum, counter in
        var (count, highest): (CInt, CInt) = (0, 0)
        sqlite3_db_status(database.sqliteConnection, counter, &count, &highest, 0)
        return sum + Int(count)
      }
    }
  }

  /// Why the system refused to read or write the file, as far as it can still be told; SQLite says only that it did.
  private static func systemReason(of error: DatabaseError) -> String? {
    let code = errno
    guard [.SQLITE_IOERR, .SQLITE_CANTOPEN, .SQLITE_FULL].contains(error.resultCode) else { return nil }
    let known = [EFBIG, ENOSPC, EDQUOT, EIO, EACCES, EROFS, EMFILE, ENFILE, ENOMEM]
    if known.contains(code) { return String(cString: strerror(code)) }
    return hasFileSizeLimit ? String(cString: strerror(EFBIG)) + " (ulimit -f)" : nil
  }

  /// Whether files may become no larger than a number of bytes.
  private static var hasFileSizeLimit: Bool {
    var limit = rlimit()
    #if canImport(Darwin)
      let code = getrlimit(RLIMIT_FSIZE, &limit)
    #else
      let code = getrlimit(.init(RLIMIT_FSIZE.rawValue), &limit)
    #endif
    return code == 0 && limit.rlim_cur < rlim_t(Int.max)
  }

  private static func inWords<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let error as DatabaseError {
      let reason = systemReason(of: error)
      let detail =
        (error.message ?? "SQLite error \(error.extendedResultCode.rawValue)")
        + (reason.map { ": " + $0 } ?? "")
      switch error.resultCode {
      case .SQLITE_NOTADB, .SQLITE_CORRUPT: throw RunStoreError.damagedJournal(path: path, detail: detail)
      default: throw RunStoreError.journal(path: path, detail: detail)
      }
    } catch let error as RowDecodingError {
      throw RunStoreError.damagedJournal(path: path, detail: "an entry is not readable: \(error)")
    } catch let error as DecodingError {
      throw RunStoreError.damagedJournal(path: path, detail: "an entry is not readable: \(error)")
    }
  }
}
