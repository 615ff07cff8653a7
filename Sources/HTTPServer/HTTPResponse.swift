/// An answer that is sent as a whole.
package struct HTTPResponse: Sendable {
  /// The number of an answer with its words (RFC 9110, section 15).
  package enum Status: String, Sendable {
    case ok = "200 OK"
    case badRequest = "400 Bad Request"
    case notFound = "404 Not Found"
    case methodNotAllowed = "405 Method Not Allowed"
    case requestTimeout = "408 Request Timeout"
    case targetTooLong = "414 URI Too Long"
    case misdirected = "421 Misdirected Request"
    case headTooLarge = "431 Request Header Fields Too Large"
    case unavailable = "503 Service Unavailable"
    case otherVersion = "505 HTTP Version Not Supported"
  }

  /// The number and its words.
  package let status: Status
  /// The fields of the head beside those that every answer has.
  package let fields: [(name: String, value: String)]
  /// What follows the head.
  package let body: [UInt8]

  /// An answer; names and values of fields are the program's own.
  package init(_ status: Status = .ok, fields: [(String, String)], body: [UInt8]) {
    self.status = status
    self.fields = fields.map { (name: $0.0, value: $0.1) }
    self.body = body
  }

  /// What no answer is without: it is kept nowhere, shown within no other page, and taken for what it says it is.
  private static let everywhere = """
    Cache-Control: no-store\r
    Connection: close\r
    Cross-Origin-Resource-Policy: same-origin\r
    Referrer-Policy: no-referrer\r
    X-Content-Type-Options: nosniff\r
    X-Frame-Options: DENY\r
    \r

    """

  /// The bytes to send where something was asked for in a way; `HEAD` gets no body.
  func bytes(for method: HTTPRequest.Method = .get) -> [UInt8] {
    var head = "HTTP/1.1 \(status.rawValue)\r\n"
    for (name, value) in fields { head += "\(name): \(value)\r\n" }
    head += "Content-Length: \(body.count)\r\n" + Self.everywhere
    return method == .head ? Array(head.utf8) : Array(head.utf8) + body
  }

  /// The head of a stream of events, which ends with its connection.
  static let beginOfEvents = Array(
    ("HTTP/1.1 \(Status.ok.rawValue)\r\nContent-Type: text/event-stream\r\n" + everywhere).utf8)
}
