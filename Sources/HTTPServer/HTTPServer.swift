import Synchronization
import Threads

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What a server shows.
package protocol HTTPContent: Sendable {
  /// The answer to a request; called on the server's thread alone, which serves nobody else meanwhile.
  ///
  /// Throws ``HTTPRefusal``, such as `notFound`.
  func answer(_ request: HTTPRequest) throws(HTTPRefusal) -> HTTPAnswer
}

/// An answer: a whole, or a stream of events.
package enum HTTPAnswer {
  case response(HTTPResponse)
  case events(any EventFeed)
}

/// What one client of a stream of events is sent; called on the server's thread alone.
///
/// A message is asked for when the one before has been taken. So a slow client gets fewer and newer ones.
package protocol EventFeed: AnyObject {
  /// What is new, in the form of server-sent events; nil where nothing is.
  func next() -> [UInt8]?
  /// What is sent last, when the server ends.
  func last() -> [UInt8]
}

/// What a client may take of a server, and for how long.
package struct HTTPLimits: Sendable {
  /// How many connections there are at once.
  package var connections = 64
  /// How many of them are streams; the others are left for pages.
  package var streams = 48
  /// How long the head of a request may take.
  package var head = Duration.seconds(10)
  /// How long a client may take for an answer, or for a message of a stream.
  package var message = Duration.seconds(120)
  /// How long a client that has its answer may leave the connection open.
  package var linger = Duration.seconds(2)
  /// How often a stream shows that it lives.
  package var beat = Duration.seconds(10)
  /// How long clients may take for the last messages when the server ends.
  package var farewell = Duration.seconds(2)

  /// The usual limits.
  package init() {}
}

/// A small server of HTTP/1.1 that only shows: GET and HEAD, a request a connection, and streams of events.
///
/// One thread serves all clients, none of which it waits for. It lives as long as the object, or until ``finish()``.
package final class HTTPServer: Sendable {
  /// The port at which it listens.
  package let port: Int
  /// Whether only this machine can reach it.
  package let isLocal: Bool
  private let line: WakeLine
  private let isStopping = StopFlag()
  private let standing = Standing()

  /// How many clients have a stream of events open.
  package var streamCount: Int { standing.streams.load(ordering: .relaxed) }

  /// Listens, and serves on a thread of its own.
  ///
  /// - Parameters:
  ///   - content: what it shows.
  ///   - host: the address to listen at, in numbers or as a name.
  ///   - port: the port; 0 for one that is free.
  ///   - hosts: the names under which it may be asked.
  ///   - limits: what a client may take.
  /// - Throws: ``HTTPServerError``, or `ThreadError` where the system has no thread.
  package init(
    _ content: any HTTPContent, host: String = "127.0.0.1", port: Int = 0, hosts: KnownHosts = KnownHosts(),
    limits: HTTPLimits = HTTPLimits()
  ) throws {
    let listening = try ListeningSocket(host: host, port: port)
    self.port = listening.port
    isLocal = listening.isLocal
    guard let line = WakeLine() else {
      throw HTTPServerError(host: host, port: port, reason: String(cString: strerror(errno)))
    }
    self.line = line
    let loop = HTTPLoop(
      Handed(listening), content: content, hosts: hosts, limits: limits, line: line, stop: isStopping)
    try SystemThread.start { [standing] in
      loop.run { standing.streams.store($0, ordering: .relaxed) }
      standing.end()
    }
  }

  deinit {
    isStopping.request()
    line.wake()
  }

  /// Has every stream asked for what is new.
  package func wake() { line.wake() }

  /// Sends the last messages, and ends; returns when that is done, or no client takes it any more.
  package func finish() {
    isStopping.request()
    line.wake()
    standing.waitForEnd()
  }
}

/// A socket on its way to the thread that uses it.
private final class Handed: @unchecked Sendable {
  // One thread gives it and forgets it, the other keeps it.
  private var socket: ListeningSocket?
  init(_ socket: consuming ListeningSocket) { self.socket = consume socket }

  /// The descriptor; one that is negative, and so passed over, where it is closed.
  var raw: Int32 { socket?.raw ?? -1 }
  func accept() throws(ListeningSocket.TooManyFiles) -> Int32? { try socket?.accept() ?? nil }
  func close() { socket = nil }
}

/// A pipe by which the server's thread is woken.
private final class WakeLine: Sendable {
  let readEnd: Int32
  private let writeEnd: Int32

  init?() {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return nil }
    for end in ends { _ = prepare(end) }
    (readEnd, writeEnd) = (ends[0], ends[1])
  }

  deinit {
    close(readEnd)
    close(writeEnd)
  }

  func wake() {
    var byte: UInt8 = 1
    // A full pipe wakes too.
    _ = write(writeEnd, &byte, 1)
  }

  func drain() {
    var bytes = [UInt8](repeating: 0, count: 256)
    while read(readEnd, &bytes, bytes.count) > 0 {}
  }
}

/// What others know of the server's thread.
private final class Standing: @unchecked Sendable {
  /// How many streams it serves.
  let streams = Atomic(0)
  // The lock guards the variable.
  private let lock = ThreadLock()
  private let changed: ThreadCondition
  private var hasEnded = false

  init() { changed = ThreadCondition(lock) }

  func end() {
    lock.withLock {
      hasEnded = true
      changed.wakeAll()
    }
  }

  func waitForEnd() { lock.withLock { while !hasEnded { changed.wait() } } }
}

/// What the server's thread does.
private final class HTTPLoop: @unchecked Sendable {
  // Made on one thread, then used by the server's alone.
  private let listening: Handed
  private let content: any HTTPContent
  private let hosts: KnownHosts
  private let limits: HTTPLimits
  private let line: WakeLine
  private let stop: StopFlag
  private var connections: [HTTPConnection] = []
  /// Until when no connection is taken, where the system had no descriptor for one.
  private var pausedUntil: ContinuousClock.Instant?
  private var endsAt: ContinuousClock.Instant?

  init(
    _ listening: Handed, content: any HTTPContent, hosts: KnownHosts, limits: HTTPLimits, line: WakeLine,
    stop: StopFlag
  ) {
    self.listening = listening
    self.content = content
    self.hosts = hosts
    self.limits = limits
    self.line = line
    self.stop = stop
  }

  func run(onStreams count: (Int) -> Void) {
    while true {
      let ready = wait()
      let now = ContinuousClock.now
      if let pausedUntil, pausedUntil <= now { self.pausedUntil = nil }
      if stop.isRequested, endsAt == nil {
        endsAt = now + limits.farewell
        listening.close()
        for connection in connections where connection.isReading { connection.end() }
        for connection in connections { connection.finishStream() }
      }
      if ready.listens, endsAt == nil { takeConnections(at: now) }
      for (connection, events) in ready.connections {
        if events & Int16(POLLOUT) != 0 { connection.flush() }
        if events & Int16(POLLIN | POLLHUP | POLLERR) != 0, !connection.isClosed {
          connection.receive(at: now) { request throws(HTTPRefusal) in try self.answer(request) }
        }
      }
      for connection in connections {
        connection.expire(at: now)
        connection.continueStream(at: now)
      }
      connections.removeAll(where: \.isClosed)
      count(connections.count(where: \.isStream))
      if let endsAt, endsAt <= now || !connections.contains(where: \.isSending) { break }
    }
    connections = []
    count(0)
  }

  private func answer(_ request: HTTPRequest) throws(HTTPRefusal) -> HTTPAnswer {
    guard hosts.contain(request.host) else { throw .otherHost }
    let answer = try content.answer(request)
    if case .events = answer, connections.count(where: \.isStream) >= limits.streams { throw .tooMany }
    return answer
  }

  /// Waits until something can be done.
  private func wait() -> (listens: Bool, connections: [(HTTPConnection, Int16)]) {
    let now = ContinuousClock.now
    let times = connections.compactMap(\.wakeTime) + [pausedUntil, endsAt].compactMap { $0 }
    let left = times.min().map { max($0 - now, .zero) / .milliseconds(1) }
    var waited =
      [
        pollfd(fd: line.readEnd, events: Int16(POLLIN), revents: 0),
        pollfd(fd: pausedUntil == nil ? listening.raw : -1, events: Int16(POLLIN), revents: 0),
      ]
      + connections.map {
        pollfd(
          fd: $0.socket,
          events: ($0.isHeard ? Int16(POLLIN) : 0) | ($0.isSending ? Int16(POLLOUT) : 0), revents: 0)
      }
    let count = poll(&waited, nfds_t(waited.count), left.map { Int32(min($0, 60_000)) + 1 } ?? -1)
    guard count > 0 else { return (false, []) }
    if waited[0].revents != 0 { line.drain() }
    let ready = zip(connections, waited.dropFirst(2)).filter { $0.1.revents != 0 }
    return (waited[1].revents != 0, ready.map { ($0.0, $0.1.revents) })
  }

  private func takeConnections(at now: ContinuousClock.Instant) {
    do throws(ListeningSocket.TooManyFiles) {
      for _ in 0..<limits.connections {
        guard let socket = try listening.accept() else { return }
        let connection = HTTPConnection(socket, limits: limits, now: now)
        if connections.count >= limits.connections { makeRoom(for: connection) }
        if !connection.isClosed { connections.append(connection) }
      }
    } catch {
      pausedUntil = now + .seconds(1)
    }
  }

  /// Ends a connection that has its answer, or the one whose request has kept the server waiting longest; where there is none,
  /// the new one is refused.
  private func makeRoom(for connection: HTTPConnection) {
    // The oldest stand first.
    if let place = connections.firstIndex(where: \.isAnswered) ?? connections.firstIndex(where: \.isReading) {
      connections.remove(at: place).end()
    } else {
      connection.refuse(.tooMany)
      connection.end()
    }
  }
}
