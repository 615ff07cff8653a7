import Foundation

/// A request as the server saw it: its path, and its header fields by name in lower case.
struct ServedRequest: Equatable, Sendable {
  let path: String
  let fields: [String: String]

  /// The first byte asked for with `Range: bytes=N-`.
  var rangeStart: Int? {
    fields["range"].flatMap { Int($0.dropFirst("bytes=".count).dropLast()) }
  }
}

/// What the server sends: a head exactly as given, so that it may lie, and a body after which it hangs up.
struct ServedAnswer: Sendable {
  var status = "200 OK"
  var fields: [String] = []
  var body: ArraySlice<UInt8> = []

  /// A whole file, or the rest of it, with correct headers; `sent` cuts its body short.
  static func file(_ bytes: [UInt8], from start: Int = 0, validator: String? = nil, sent: Int? = nil)
    -> ServedAnswer
  {
    let rest = bytes[start...]
    var fields = ["Content-Length: \(rest.count)"]
    if start > 0 { fields.append("Content-Range: bytes \(start)-\(bytes.count - 1)/\(bytes.count)") }
    if let validator { fields.append(validator) }
    return ServedAnswer(
      status: start > 0 ? "206 Partial Content" : "200 OK", fields: fields,
      body: rest.prefix(sent ?? rest.count))
  }
}

/// An HTTP server on the loopback interface that answers each request as a function of it and of its number.
final class LoopbackServer: @unchecked Sendable {
  // The lock guards `requests`; the rest never changes.
  private let lock = NSLock()
  private var requests: [ServedRequest] = []
  private let listener: Int32
  private let respond: @Sendable (ServedRequest, Int) -> ServedAnswer
  let address: String

  init(_ respond: @escaping @Sendable (_ request: ServedRequest, _ number: Int) -> ServedAnswer) throws {
    self.respond = respond
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let file = listener
    let isListening = withUnsafeMutablePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(file, address, length) == 0 && listen(file, 16) == 0 && getsockname(file, address, &length) == 0
      }
    }
    guard listener >= 0, isListening else { throw CocoaError(.fileWriteUnknown) }
    address = "http://127.0.0.1:\(UInt16(bigEndian: name.sin_port))"
    Thread.detachNewThread { self.serve() }
  }

  /// What was asked for so far.
  var served: [ServedRequest] { lock.withLock { requests } }

  /// Ends the server's thread.
  func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

  private func serve() {
    while case let connection = accept(listener, nil, nil), connection >= 0 {
      if let request = Self.request(on: connection) {
        let number = lock.withLock {
          requests.append(request)
          return requests.count
        }
        let answer = respond(request, number)
        let head = (["HTTP/1.1 " + answer.status] + answer.fields + ["Connection: close", "", ""])
          .joined(separator: "\r\n")
        Self.send(Array(head.utf8) + answer.body, on: connection)
      }
      shutdown(connection, Int32(SHUT_WR))
      close(connection)
    }
    close(listener)
  }

  private static func request(on connection: Int32) -> ServedRequest? {
    var text: [UInt8] = []
    var byte: UInt8 = 0
    while !text.suffix(4).elementsEqual("\r\n\r\n".utf8) {
      guard read(connection, &byte, 1) == 1 else { return nil }
      text.append(byte)
    }
    let lines = String(decoding: text, as: UTF8.self).components(separatedBy: "\r\n")
    let path = lines[0].split(separator: " ").dropFirst().first.map(String.init) ?? ""
    var fields: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.components(separatedBy: ": ")
      if parts.count == 2 { fields[parts[0].lowercased()] = parts[1] }
    }
    return ServedRequest(path: path, fields: fields)
  }

  private static func send(_ bytes: [UInt8], on connection: Int32) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      sent += count
    }
  }
}

/// Calls the body with a server that answers so, and stops it afterwards.
func withServer<Result>(
  _ respond: @escaping @Sendable (_ request: ServedRequest, _ number: Int) -> ServedAnswer,
  _ body: (LoopbackServer) throws -> Result
) throws -> Result {
  let server = try LoopbackServer(respond)
  defer { server.stop() }
  return try body(server)
}
