#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// One client: its request is read, answered, and the connection closed; a stream of events stays open.
///
/// Nothing here waits: each call does what can be done now. All belongs to the server's thread.
final class HTTPConnection {
  typealias Instant = ContinuousClock.Instant

  private enum Phase {
    /// The head of the request comes.
    case reading
    /// The answer goes out.
    case answering
    /// A stream of events.
    case streaming(any EventFeed)
    /// All is sent; what the client still sends is read, so that its system does not drop the answer.
    case lingering
    case closed
  }

  let socket: Int32
  private let limits: HTTPLimits
  private var phase = Phase.reading
  private var head: [UInt8] = []
  private var output: [UInt8] = []
  private var sent = 0
  /// When the client must have done what it is waited for; nil where nothing is.
  private(set) var deadline: Instant?
  /// When a stream is to show that it lives.
  private var nextBeat: Instant?
  /// Whether the client may still send something.
  private(set) var isHeard = true
  /// How many bytes came that nobody asked for.
  private var unasked = 0

  init(_ socket: Int32, limits: HTTPLimits, now: Instant) {
    self.socket = socket
    self.limits = limits
    deadline = now + limits.head
  }

  deinit { close(socket) }

  var isClosed: Bool { if case .closed = phase { true } else { false } }
  var isStream: Bool { if case .streaming = phase { true } else { false } }
  /// Whether its request has not yet come.
  var isReading: Bool { if case .reading = phase { true } else { false } }
  /// Whether its answer is sent.
  var isAnswered: Bool { if case .lingering = phase { true } else { false } }
  /// Whether something is to be sent.
  var isSending: Bool { sent < output.count }
  /// When to look at it again though nothing came.
  var wakeTime: Instant? { [deadline, isSending ? nil : nextBeat].compactMap { $0 }.min() }

  func end() { phase = .closed }

  // MARK: - Reading

  /// Takes what has come.
  ///
  /// - Parameters:
  ///   - now: the time.
  ///   - answer: gives the answer to a request.
  func receive(at now: Instant, _ answer: (HTTPRequest) throws(HTTPRefusal) -> HTTPAnswer) {
    var chunk = [UInt8](repeating: 0, count: 4096)
    // A few rounds: one client must not keep the others waiting.
    for _ in 0..<4 {
      let count = recv(socket, &chunk, chunk.count, 0)
      guard count != 0 else { return hangUp() }
      guard count > 0 else {
        if errno == EINTR { continue }
        if errno != EAGAIN && errno != EWOULDBLOCK { end() }
        return
      }
      guard case .reading = phase else {
        unasked += count
        if unasked > HTTPRequest.longestHead { end() }
        continue
      }
      take(chunk[..<count], at: now, answer)
    }
  }

  /// The client sends no more: it may still read its answer, but a stream without its client is over.
  private func hangUp() {
    isHeard = false
    if case .answering = phase, isSending { return }
    end()
  }

  private func take(
    _ bytes: ArraySlice<UInt8>, at now: Instant, _ answer: (HTTPRequest) throws(HTTPRefusal) -> HTTPAnswer
  ) {
    let searched = max(head.count - 3, 0)
    head += bytes
    guard let end = Self.end(of: head, from: searched) else {
      if head.count > HTTPRequest.longestHead { refuse(.headTooLarge) }
      return
    }
    guard end <= HTTPRequest.longestHead else { return refuse(.headTooLarge) }
    do throws(HTTPRefusal) {
      let request = try HTTPRequest(head: head[..<end])
      switch try answer(request) {
      case .response(let response): send(response.bytes(for: request.method))
      case .events(let feed):
        guard request.method == .get else { return send(HTTPResponse.beginOfEvents) }
        phase = .streaming(feed)
        deadline = nil
        nextBeat = now + limits.beat
        queue(HTTPResponse.beginOfEvents)
      }
    } catch {
      refuse(error)
    }
    head = []
  }

  /// Where the head ends, before the last line's end; a line that ends with LF alone ends it too, to be refused.
  private static func end(of head: [UInt8], from start: Int) -> Int? {
    for place in start..<head.count where head[place] == UInt8(ascii: "\n") {
      guard place > 0, head[place - 1] == UInt8(ascii: "\r") else { return place + 1 }
      if place >= 3, head[place - 2] == UInt8(ascii: "\n"), head[place - 3] == UInt8(ascii: "\r") {
        return place - 3
      }
    }
    return nil
  }

  // MARK: - Writing

  /// Answers that the request is not served.
  func refuse(_ refusal: HTTPRefusal) { send(refusal.response.bytes()) }

  private func send(_ bytes: [UInt8]) {
    phase = .answering
    queue(bytes)
  }

  /// Sends what can be sent now, and keeps the rest.
  private func queue(_ bytes: [UInt8]) {
    if isSending {
      output += bytes
    } else {
      (output, sent) = (bytes, 0)
    }
    // Making the bytes may have taken a while.
    deadline = .now + limits.message
    flush()
  }

  /// Sends what the client takes now.
  func flush() {
    while isSending {
      let count = output.withUnsafeBytes { bytes in
        systemSend(socket, UnsafeRawBufferPointer(rebasing: bytes[sent...]))
      }
      guard count >= 0 else {
        if errno == EINTR { continue }
        if errno != EAGAIN && errno != EWOULDBLOCK { end() }
        return
      }
      sent += count
    }
    (output, sent) = ([], 0)
    switch phase {
    case .answering:
      guard isHeard, shutdown(socket, Int32(SHUT_WR)) == 0 else { return end() }
      phase = .lingering
      deadline = .now + limits.linger
    case .streaming: deadline = nil
    default: break
    }
  }

  // MARK: - Streams

  /// Sends what is new, once what was sent before has been taken.
  func continueStream(at now: Instant) {
    guard case .streaming(let feed) = phase, !isSending else { return }
    if let message = feed.next() {
      nextBeat = now + limits.beat
      queue(message)
    } else if let beat = nextBeat, beat <= now {
      nextBeat = now + limits.beat
      queue(Self.beat)
    }
  }

  /// Sends what is new and the last message, and has the connection closed when that is taken.
  func finishStream() {
    guard case .streaming(let feed) = phase else { return }
    let rest = (feed.next() ?? []) + feed.last()
    phase = .answering
    queue(rest)
  }

  /// An event, not a comment: the page hears it, and knows that the connection is alive.
  private static let beat = Array("event: beat\ndata: 1\n\n".utf8)

  /// Ends what was waited for in vain.
  func expire(at now: Instant) {
    guard let deadline, deadline <= now else { return }
    if case .reading = phase, !head.isEmpty {
      head = []
      refuse(.tooSlow)
    } else {
      end()
    }
  }
}

/// Sends without SIGPIPE where the client is gone.
private func systemSend(_ socket: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  #if canImport(Darwin)
    send(socket, bytes.baseAddress, bytes.count, 0)
  #else
    send(socket, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
  #endif
}
