import HTTPServer
import Synchronization
import Testing

@Suite struct HTTPServerTests {
  private let host = "Host: 127.0.0.1\r\n"

  private func limits(_ change: (inout HTTPLimits) -> Void = { _ in }) -> HTTPLimits {
    var limits = HTTPLimits()
    change(&limits)
    return limits
  }

  /// Whether something comes about within a while.
  private func comes(_ holds: () -> Bool) -> Bool {
    let begin = ContinuousClock.now
    while !holds() {
      if ContinuousClock.now - begin > .seconds(20) { return false }
    }
    return true
  }

  @Test func itServesPagesAndHeads() throws {
    let server = try HTTPServer(Board())
    #expect(server.isLocal)
    let answer = try Client.answer(server.port, "GET /page HTTP/1.1\r\n\(host)\r\n")
    #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
    #expect(answer.contains("\r\nContent-Length: 5\r\n"))
    #expect(answer.contains("\r\nCache-Control: no-store\r\n"))
    #expect(answer.hasSuffix("\r\n\r\nhello"))
    let head = try Client.answer(server.port, "HEAD /page HTTP/1.1\r\n\(host)\r\n")
    #expect(head.contains("\r\nContent-Length: 5\r\n"))
    #expect(head.hasSuffix("\r\n\r\n"))
  }

  @Test func aLargeAnswerArrivesWhole() throws {
    let server = try HTTPServer(Board())
    // A client that says that it sends no more still gets all of it.
    let client = try Client(server.port)
    client.send("GET /large HTTP/1.1\r\n\(host)\r\n")
    client.shutSending()
    let answer = client.receiveAll()
    #expect(answer.utf8.count > Board.large && answer.hasSuffix("x"))
  }

  @Test(arguments: [
    ("POST /page HTTP/1.1\r\nHost: localhost\r\n\r\n", "405"),
    ("GET /other HTTP/1.1\r\nHost: localhost\r\n\r\n", "404"),
    ("GET /page HTTP/1.1\r\nHost: evil.example\r\n\r\n", "421"), ("GET /page HTTP/1.1\r\n\r\n", "400"),
    ("GET /page HTTP/1.1\nHost: localhost\n\n", "400"), ("\u{0}\u{1}\u{2}\r\n\r\n", "400"),
    ("GET /page HTTP/3\r\nHost: localhost\r\n\r\n", "505"),
    ("GET /events HTTP/1.1\r\nHost: evil.example\r\n\r\n", "421"),
  ])
  func whatItDoesNotServeIsRefused(_ request: String, _ status: String) throws {
    let server = try HTTPServer(Board())
    let answer = try Client.answer(server.port, request)
    #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(answer)")
    #expect(!answer.contains("hello"))
    #expect(try Client.answer(server.port, "GET /page HTTP/1.1\r\n\(host)\r\n").hasSuffix("hello"))
  }

  @Test func aHeadWithoutEndIsRefused() throws {
    let server = try HTTPServer(Board())
    let client = try Client(server.port)
    client.send("GET /page HTTP/1.1\r\n")
    let line = "Cookie: " + String(repeating: "a", count: 1000) + "\r\n"
    // It may close before all is sent.
    for _ in 0..<40 where !client.send(line) { break }
    #expect(client.receiveAll().hasPrefix("HTTP/1.1 431 "))
  }

  @Test func aSlowHeadIsRefusedAndOthersAreServed() throws {
    let server = try HTTPServer(Board(), limits: limits { $0.head = .milliseconds(300) })
    let begin = ContinuousClock.now
    let slow = try Client(server.port)
    slow.send("GET /page HTTP/1.1\r\nHost: ")
    let silent = try Client(server.port)
    #expect(try Client.answer(server.port, "GET /page HTTP/1.1\r\n\(host)\r\n").hasSuffix("hello"))
    #expect(slow.receiveAll().hasPrefix("HTTP/1.1 408 "))
    #expect(silent.receiveAll() == "")
    #expect(ContinuousClock.now - begin < .seconds(10))
  }

  @Test func manyIdleConnectionsKeepNobodyOut() throws {
    let server = try HTTPServer(Board(), limits: limits { $0.connections = 4 })
    let idle = try (0..<20).map { _ in
      let client = try Client(server.port)
      client.send("GET ")
      return client
    }
    #expect(try Client.answer(server.port, "GET /page HTTP/1.1\r\n\(host)\r\n").hasSuffix("hello"))
    #expect(idle[0].receiveAll() == "")
  }

  @Test func streamsAreLimited() throws {
    let server = try HTTPServer(
      Board(),
      limits: limits {
        $0.connections = 3
        $0.streams = 2
      })
    let request = "GET /events HTTP/1.1\r\n\(host)\r\n"
    let streams = try (0..<2).map { _ in
      let client = try Client(server.port)
      client.send(request)
      _ = client.receive(until: "data: 0\n\n")
      return client
    }
    #expect(comes { server.streamCount == 2 })
    #expect(try Client.answer(server.port, request).hasPrefix("HTTP/1.1 503 "))
    #expect(try Client.answer(server.port, "GET /page HTTP/1.1\r\n\(host)\r\n").hasSuffix("hello"))
    _ = streams.count
  }

  @Test func everyViewerGetsWhatIsNewAndTheEnd() throws {
    let board = Board()
    let server = try HTTPServer(board)
    let viewers = try (0..<3).map { _ in
      let client = try Client(server.port)
      client.send("GET /events HTTP/1.1\r\n\(host)\r\n")
      let begin = client.receive(until: "data: 0\n\n")
      #expect(begin.contains("\r\nContent-Type: text/event-stream\r\n"))
      return client
    }
    for number in 1...3 {
      board.write(number)
      server.wake()
      for viewer in viewers { #expect(viewer.receive(until: "\n\n") == "data: \(number)\n\n") }
    }
    board.write(4)
    server.finish()
    for viewer in viewers { #expect(viewer.receiveAll() == "data: 4\n\ndata: end\n\n") }
    #expect(throws: Unreachable.self) { try Client(server.port) }
  }

  @Test func aSlowViewerGetsTheNewest() throws {
    let board = Board(padding: 1 << 20)
    let server = try HTTPServer(board)
    let slow = try Client(server.port)
    slow.send("GET /events HTTP/1.1\r\n\(host)\r\n")
    // More than the system keeps for a client that does not read.
    for number in 1...60 {
      board.write(number)
      server.wake()
    }
    let text = slow.receive(until: "data: 60\n")
    #expect(text.hasSuffix("data: 60\n") || text.contains("data: 60\n"))
    #expect(text.utf8.count < 50 << 20)
  }

  @Test func aViewerThatTakesNothingIsLeft() throws {
    let board = Board(padding: 32 << 20)
    let server = try HTTPServer(board, limits: limits { $0.message = .seconds(1) })
    let stuck = try Client(server.port)
    stuck.send("GET /events HTTP/1.1\r\n\(host)\r\n")
    #expect(comes { server.streamCount == 1 })
    #expect(comes { server.streamCount == 0 })
    _ = stuck
  }

  @Test func anIdleStreamShowsThatItLives() throws {
    let server = try HTTPServer(Board(), limits: limits { $0.beat = .milliseconds(50) })
    let client = try Client(server.port)
    client.send("GET /events HTTP/1.1\r\n\(host)\r\n")
    #expect(client.receive(until: "event: beat\ndata: 1\n\n").hasSuffix("event: beat\ndata: 1\n\n"))
  }

  @Test func aViewerThatGoesIsForgotten() throws {
    let server = try HTTPServer(Board())
    do {
      let client = try Client(server.port)
      client.send("GET /events HTTP/1.1\r\n\(host)\r\n")
      _ = client.receive(until: "data: 0\n\n")
    }
    #expect(comes { server.streamCount == 0 })
  }

  @Test func aTakenPortIsNamed() throws {
    let server = try HTTPServer(Board())
    let error = #expect(throws: HTTPServerError.self) { try HTTPServer(Board(), port: server.port) }
    #expect(error?.description == "cannot listen at 127.0.0.1, port \(server.port): Address already in use")
    #expect(throws: HTTPServerError.self) { try HTTPServer(Board(), host: "no such host") }
  }
}

/// A page, and a number that streams follow.
private final class Board: HTTPContent {
  static let large = 5_000_000
  private let number = Atomic(0)
  private let padding: Int

  init(padding: Int = 0) { self.padding = padding }

  func write(_ number: Int) { self.number.store(number, ordering: .sequentiallyConsistent) }

  func answer(_ request: HTTPRequest) throws(HTTPRefusal) -> HTTPAnswer {
    let fields = [("Content-Type", "text/plain")]
    switch request.path {
    case "/page": return .response(HTTPResponse(fields: fields, body: Array("hello".utf8)))
    case "/large":
      return .response(HTTPResponse(fields: fields, body: [UInt8](repeating: 120, count: Self.large)))
    case "/events": return .events(Feed(self))
    default: throw .notFound
    }
  }

  private final class Feed: EventFeed {
    private let board: Board
    private var seen = -1

    init(_ board: Board) { self.board = board }

    func next() -> [UInt8]? {
      let number = board.number.load(ordering: .sequentiallyConsistent)
      guard number != seen else { return nil }
      seen = number
      let padding = board.padding > 0 ? ": " + String(repeating: "p", count: board.padding) + "\n" : ""
      return Array((padding + "data: \(number)\n\n").utf8)
    }

    func last() -> [UInt8] { Array("data: end\n\n".utf8) }
  }
}
