import Files
import Foundation
import GRDB
import GRDBSQLite

/// The SQLite file of a run: opened durably, brought to the known schema, its failures put in words.
struct RunDatabase: Sendable {
  let path: String
  /// Whether the rows have digests: in a journal of an older version not until it is opened to write.
  let isSealed: Bool
  /// Whether it has all columns of today: one of an older version gets them when it is opened to write.
  let isCurrent: Bool
  /// Whether it is a copy, which does not change with the file.
  let isCopy: Bool
  /// The policies that were read lately.
  let policies = PolicyTable()
  private let connection: Connection
  /// The journal and the lock of a run that is written; empty where it is only read.
  private let kept: [NamedFile]
  private var queue: DatabaseQueue { connection.queue }

  /// Opens the file, and makes it when it is not there unless `readOnly`.
  ///
  /// What may only be read may lie where nothing can be written.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - readOnly: whether nothing is to be written.
  ///   - isExamined: whether every page is looked at for damage, which takes the longer the more there are;
  ///     without, only rows with a digest may be used. Journals of the version before have none and are always
  ///     examined.
  /// - Throws: `RunStoreError.damagedJournal`, `.newerJournal` or `.journal`.
  init(path: String, readOnly: Bool, isExamined: Bool = true) throws {
    self.path = path
    let found: (Connection, isSealed: Bool, isCurrent: Bool)
    (found, isCopy) = try Self.inWords(path) {
      let mayBeCopied = readOnly && access(path, R_OK) == 0
      if !mayBeCopied || !JournalCopy.isNeeded(toRead: path) {
        do {
          return (try Self.opened(path, named: path, readOnly: readOnly, isExamined: isExamined), false)
        } catch let error as DatabaseError where mayBeCopied && Self.liesUnreadably(error) {
          // Read from a copy.
        }
      }
      let copy = try JournalCopy(of: path)
      defer { copy.remove() }
      return (try Self.opened(copy.path, named: path, readOnly: true, isExamined: isExamined), true)
    }
    (connection, isSealed, isCurrent) = found
    let lock = AtomicFile.folder(of: path) + "/" + RunFileName.lock
    kept = readOnly ? [] : [path, lock].compactMap(NamedFile.init)
  }

  /// Whether SQLite cannot read a file where it lies, but may read a copy.
  private static func liesUnreadably(_ error: DatabaseError) -> Bool {
    [.SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PROTOCOL].contains(error.resultCode)
  }

  /// Throws if another process has removed or replaced the journal, so that what is written is lost, or the lock, so that another
  /// process may write too.
  private func requireInPlace() throws {
    guard let lost = kept.first(where: { !$0.isInPlace }) else { return }
    throw RunStoreError.replaced(path: lost.path)
  }

  /// Opens the file in a place; errors call it by its name.
  private static func opened(
    _ place: String, named path: String, readOnly: Bool, isExamined: Bool
  ) throws -> (Connection, isSealed: Bool, isCurrent: Bool) {
    var configuration = Configuration()
    configuration.readonly = readOnly
    configuration.journalMode = readOnly ? .default : .wal
    configuration.busyMode = .timeout(Self.patience)
    configuration.prepareDatabase { database in
      // The file may come from a stranger: nothing in its schema is run that could do more than keep data.
      try database.execute(sql: "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON")
    }
    let connection = Connection(try DatabaseQueue(path: place, configuration: configuration))
    let queue = connection.queue
    let migrator = runSchema
    if try queue.read(migrator.hasBeenSuperseded) { throw RunStoreError.newerJournal(path: path) }
    let isExamined = try isExamined || !queue.read(migrator.appliedIdentifiers).contains(sealedSchema)
    if let damage = try queue.read({ try (isExamined ? damagedPage($0) : nil) ?? foreignEntry($0) }) {
      throw RunStoreError.damagedJournal(path: path, detail: damage)
    }
    if !readOnly {
      // What is reported as done must be on the disk, not in the system's memory.
      try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
      do {
        try migrator.migrate(queue)
      } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
        throw RunStoreError.damagedJournal(
          path: path, detail: error.message ?? "an entry names another one that is not there")
      }
    }
    let applied = try queue.read(migrator.appliedIdentifiers)
    return (connection, applied.contains(sealedSchema), applied.isSuperset(of: migrator.migrations))
  }

  /// A connection that is closed after its last use.
  private final class Connection: Sendable {
    let queue: DatabaseQueue

    init(_ queue: DatabaseQueue) {
      self.queue = queue
      // The queue stays in memory: Dispatch takes apart one of its own on another thread, and waits without end where the system
      // starts none.
      _ = Unmanaged.passRetained(queue)
    }

    deinit { try? queue.close() }
  }

  /// What is wrong with the pages of the file, if anything is, as far as SQLite can tell.
  private static func damagedPage(_ database: Database) throws -> String? {
    // The indices too: they decide what is found.
    let verdict = try String.fetchOne(database, sql: "PRAGMA integrity_check(1)") ?? "no answer to a check"
    return verdict == "ok" ? nil : verdict
  }

  /// What another program put into the schema, if anything.
  private static func foreignEntry(_ database: Database) throws -> String? {
    let foreign = try String.fetchOne(
      database, sql: "SELECT type || ' ' || name FROM sqlite_master WHERE type NOT IN ('table', 'index')")
    return foreign.map { "found the \($0), expected tables and indices alone" }
  }

  /// Throws unless a row is as it was written; journals of an older version do not tell.
  func verify(_ row: Row, _ seal: RowSeal) throws {
    if isSealed { try seal.verify(row) }
  }

  /// Brings what is in the log, the file `-wal`, into the journal itself, which then holds the run alone.
  ///
  /// While another process reads, that has to wait until the next time.
  func merge() throws {
    try Self.inWords(path) {
      try queue.writeWithoutTransaction { database in
        sqlite3_busy_timeout(database.sqliteConnection, 100)
        defer { sqlite3_busy_timeout(database.sqliteConnection, CInt(Self.patience * 1000)) }
        do {
          _ = try database.checkpoint(.truncate)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {}
      }
    }
  }

  /// How long another process that uses the file is waited for, in seconds.
  private static let patience = 5.0

  func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try Self.inWords(path) { try queue.read(body) }
  }

  /// Runs `body` as one transaction, durable when this returns.
  func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try requireInPlace()
    let value = try Self.inWords(path) { try queue.write(body) }
    try requireInPlace()
    return value
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

  /// Why the system refused to read or write the file, as far as that can still be found; SQLite says only that it did.
  private static func refusal(behind error: DatabaseError) -> String? {
    let code = errno
    guard [.SQLITE_IOERR, .SQLITE_CANTOPEN, .SQLITE_FULL].contains(error.resultCode) else { return nil }
    let known = [EFBIG, ENOSPC, EDQUOT, EIO, EACCES, EROFS, EMFILE, ENFILE, ENOMEM]
    if known.contains(code) { return systemReason(code) }
    if error.resultCode == .SQLITE_CANTOPEN, areFilesUsedUp { return systemReason(EMFILE) }
    return hasFileSizeLimit ? systemReason(EFBIG) + " (ulimit -f)" : nil
  }

  /// Whether the process may not open as many more files as SQLite needs: the journal, its log and its index, the folder.
  private static var areFilesUsedUp: Bool {
    var opened: [Int32] = []
    defer { for file in opened { close(file) } }
    for _ in 0..<4 {
      let file = open("/dev/null", O_RDONLY | O_CLOEXEC)
      guard file >= 0 else { return errno == EMFILE || errno == ENFILE }
      opened.append(file)
    }
    return false
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
      let reason = refusal(behind: error)
      let detail =
        (error.message ?? "SQLite error \(error.extendedResultCode.rawValue)")
        + (reason.map { ": " + $0 } ?? "")
      switch error.resultCode {
      case .SQLITE_NOTADB, .SQLITE_CORRUPT: throw RunStoreError.damagedJournal(path: path, detail: detail)
      default:
        throw RunStoreError.journal(path: path, detail: detail, cure: reason.flatMap(FileError.usualCure))
      }
    } catch let error as RowDecodingError {
      throw RunStoreError.damagedJournal(path: path, detail: "an entry is not readable: \(error)")
    } catch let error as DecodingError {
      throw RunStoreError.damagedJournal(path: path, detail: "an entry is not readable: \(error)")
    }
  }
}
