import CCurl
import Foundation

/// The head of an HTTP answer.
struct HTTPHead: Equatable {
  var status = 0
  /// Values by name in lower case.
  var fields: [String: String] = [:]

  /// The size of the body, where the server says it.
  var contentLength: Int? { fields["content-length"].flatMap { Int($0) } }

  /// What a later request can ask by whether the file is still the same: a strong entity tag, or a date.
  var validator: String? {
    if let tag = fields["etag"], tag.hasPrefix("\"") { return tag }
    return fields["last-modified"]
  }

  /// The first and the last byte and the size of the whole, from `Content-Range: bytes 10-99/100`.
  var contentRange: (first: Int, last: Int, size: Int?)? {
    guard let field = fields["content-range"], field.hasPrefix("bytes ") else { return nil }
    let parts = field.dropFirst(6).split(separator: "/").map(String.init)
    let ends = parts.first?.split(separator: "-").compactMap { Int($0) } ?? []
    guard parts.count == 2, ends.count == 2 else { return nil }
    return (ends[0], ends[1], Int(parts[1]))
  }

  /// Takes a line of the head; a status line begins a new answer, as after a redirection.
  mutating func take(_ line: String) {
    if line.hasPrefix("HTTP/") {
      let status = line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
      self = HTTPHead(status: status)
    } else if let colon = line.firstIndex(of: ":") {
      let value = line[line.index(after: colon)...]
      fields[line[..<colon].lowercased()] = value.trimmed
    }
  }
}

extension Substring {
  fileprivate var trimmed: String {
    String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }
}

/// How a request ended that was not cut short by its own receiver.
enum HTTPEnd: Equatable {
  case complete
  /// The network or the server failed; it may work the next time.
  case broken(String)
  /// It will fail again in the same way.
  case impossible(String)
}

/// Asks for an address with GET and gives the body to the receiver, piece by piece.
///
/// libcurl rather than Foundation's URLSession: it hands over each piece as it arrives with nothing gathered in
/// between, tells a body that was cut off from a whole one, and needs no second runtime in a statically linked
/// program. Redirections are followed within http and https; proxies come from the environment.
///
/// - Parameters:
///   - address: an http or https address.
///   - headers: further lines of the request, such as `Range: bytes=100-`.
///   - receive: called with the answer's head and the next piece of its body; for an empty body once with an
///     empty piece. What it throws ends the transfer and is thrown on.
/// - Returns: how the transfer ended.
/// - Throws: what `receive` throws.
func httpGet(
  _ address: String, headers: [String], receive: (HTTPHead, UnsafeRawBufferPointer) throws -> Void
) throws -> HTTPEnd {
  try withoutActuallyEscaping(receive) { receive in
    let exchange = HTTPExchange(receive)
    var message = [CChar](repeating: 0, count: 512)
    let end = withCStrings(headers) { lines in
      address.withCString { url in
        var request = ccurl_request(
          url: url, headers: lines,
          on_header: { bytes, count, context in
            HTTPExchange.from(context)?.takeHeader(UnsafeRawBufferPointer(start: bytes, count: count))
            return count
          },
          on_body: { bytes, count, context in
            let piece = UnsafeRawBufferPointer(start: bytes, count: count)
            return HTTPExchange.from(context)?.takeBody(piece) == true ? count : 0
          },
          context: Unmanaged.passUnretained(exchange).toOpaque())
        return ccurl_get(&request, &message, message.count)
      }
    }
    if end == CCURL_COMPLETE, !exchange.hasBody {
      _ = exchange.takeBody(UnsafeRawBufferPointer(start: nil, count: 0))
    }
    if let failure = exchange.failure { throw failure }
    let reason = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let shown = withoutCredentials(withoutProxyPasswords(reason))
    return switch end {
    case CCURL_COMPLETE: .complete
    case CCURL_BROKEN: .broken(shown)
    default: .impossible(shown)
    }
  }
}

/// A reason that quotes a proxy of the environment, which may stand there without `http://`.
private func withoutProxyPasswords(_ reason: String) -> String {
  let environment = ProcessInfo.processInfo.environment
  return ["http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
    .compactMap { environment[$0] }.filter { $0.contains("@") }
    .reduce(reason) { $0.replacing($1, with: withoutCredentials(ofAddress: $1)) }
}

/// What the C side calls back into during one request.
private final class HTTPExchange {
  private let receive: (HTTPHead, UnsafeRawBufferPointer) throws -> Void
  private var head = HTTPHead()
  private(set) var hasBody = false
  private(set) var failure: (any Error)?

  init(_ receive: @escaping (HTTPHead, UnsafeRawBufferPointer) throws -> Void) { self.receive = receive }

  static func from(_ context: UnsafeMutableRawPointer?) -> HTTPExchange? {
    context.map { Unmanaged<HTTPExchange>.fromOpaque($0).takeUnretainedValue() }
  }

  func takeHeader(_ line: UnsafeRawBufferPointer) { head.take(String(decoding: line, as: UTF8.self)) }

  /// False if the receiver has ended the transfer.
  func takeBody(_ piece: UnsafeRawBufferPointer) -> Bool {
    hasBody = true
    do {
      try receive(head, piece)
      return true
    } catch {
      failure = error
      return false
    }
  }
}

/// Calls the body with C strings that end with a null pointer.
private func withCStrings<Result>(
  _ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result
) -> Result {
  let bytes = strings.map { Array($0.utf8CString) }
  let starts = bytes.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
  return Array(bytes.joined()).withUnsafeBufferPointer { all in
    let pointers = starts.dropLast().map { start in all.baseAddress.map { $0 + start } } + [nil]
    return body(pointers)
  }
}
