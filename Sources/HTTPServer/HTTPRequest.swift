/// A request as far as this server looks at it: what is asked for, and under which name.
package struct HTTPRequest: Hashable, Sendable {
  /// What a request may do; none of it changes anything.
  package enum Method: String, Sendable {
    case get = "GET"
    case head = "HEAD"
  }

  /// What it asks to do.
  package let method: Method
  /// What it asks for, such as `/events`, as it was written.
  package let path: String
  /// What follows the path's question mark, by name; a name that stands twice has its last value.
  package let query: [String: String]
  /// The name under which the client knows the server, with the port where it was given.
  package let host: String

  /// The longest head that is read, in bytes: a browser sends the cookies of every other server on this machine too.
  static let longestHead = 32 << 10
  /// The longest path with its query.
  static let longestTarget = 4096
  /// The most lines of a head.
  static let mostFields = 100

  /// Reads the head of a request: its first line and its fields, without the end of the last and the empty line after it.
  ///
  /// Throws ``HTTPRefusal`` for all that this server does not take (RFC 9112): another method, a body, a line that is
  /// folded or ends otherwise than by CR LF, no host or several.
  package init(head: some Collection<UInt8>) throws(HTTPRefusal) {
    var lines = head.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)[...]
    let first = try Self.line(lines.popFirst())
    (method, path, query) = try Self.requestLine(first)
    guard lines.count <= Self.mostFields else { throw .headTooLarge }
    var host: String?
    for line in lines {
      let (name, value) = try Self.field(Self.line(line))
      switch name {
      case "host":
        guard host == nil else { throw .malformed("found two Host fields, expected one") }
        host = value
      case "content-length" where value != "0", "transfer-encoding":
        throw .malformed("found a body, expected none")
      default: continue
      }
    }
    guard let host else { throw .malformed("found no Host field, expected one") }
    self.host = host
  }

  /// A line of printable ASCII, spaces and tabs; its end is cut off.
  private static func line(_ bytes: (some Collection<UInt8>)?) throws(HTTPRefusal) -> String {
    guard let bytes else { throw .malformed("found nothing, expected a request") }
    var text = ""
    var isEnded = false
    for byte in bytes {
      if byte == UInt8(ascii: "\r"), !isEnded {
        isEnded = true
        continue
      }
      // What follows ASCII is allowed in values of fields; none of those that are looked at may have it.
      guard !isEnded, byte >= 0x20 && byte != 0x7F || byte == UInt8(ascii: "\t") else {
        throw .malformed("found a control character, expected lines of text that end with CR LF")
      }
      text.unicodeScalars.append(Unicode.Scalar(byte))
    }
    return text
  }

  private static func requestLine(
    _ line: String
  ) throws(HTTPRefusal) -> (Method, path: String, query: [String: String]) {
    let words = line.split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 3 else { throw .malformed("expected a method, a path and a version") }
    guard words[2] == "HTTP/1.1" || words[2] == "HTTP/1.0" else {
      throw words[2].hasPrefix("HTTP/") ? .otherVersion : .malformed("expected the version HTTP/1.1")
    }
    guard let method = Method(rawValue: String(words[0])) else { throw .otherMethod }
    let target = words[1]
    guard target.utf8.count <= longestTarget else { throw .targetTooLong }
    guard target.hasPrefix("/"), target.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw .malformed("expected a path that begins with /")
    }
    let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    var query: [String: String] = [:]
    for pair in parts.count > 1 ? parts[1].split(separator: "&") : [] {
      let words = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      query[String(words[0])] = words.count > 1 ? String(words[1]) : ""
    }
    return (method, String(parts[0]), query)
  }

  /// A field's name in lower case, and its value.
  private static func field(_ line: String) throws(HTTPRefusal) -> (name: String, value: String) {
    guard let colon = line.firstIndex(of: ":") else { throw .malformed("found a field without a colon") }
    let name = line[..<colon]
    // No space: a folded line begins with one, and one before the colon is read in two ways.
    guard !name.isEmpty, name.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw .malformed("found a field's name with a space or without a letter")
    }
    let blanks: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    let value = line[line.index(after: colon)...].drop(while: blanks)
    let end = value.lastIndex { !blanks($0) }.map { value.index(after: $0) } ?? value.startIndex
    return (name.lowercased(), String(value[..<end]))
  }
}

/// Why a request is not served.
package enum HTTPRefusal: Error, Hashable, Sendable {
  /// It is no request, or one with what this server does not take.
  case malformed(String)
  /// It asks for something that is not there.
  case notFound
  /// It asks to change something.
  case otherMethod
  /// Its head did not come within the time.
  case tooSlow
  /// It asks under a name that is not this server's.
  case otherHost
  /// Its path is too long.
  case targetTooLong
  /// Its head has too many lines or bytes.
  case headTooLarge
  /// As many are served as may be at once.
  case tooMany
  /// It is of another version of HTTP.
  case otherVersion

  /// The status and the words of the answer.
  package var response: HTTPResponse {
    let (status, words): (HTTPResponse.Status, String) =
      switch self {
      case .malformed(let found): (.badRequest, "The request cannot be read: \(found).")
      case .notFound: (.notFound, "There is nothing under this address.")
      case .otherMethod: (.methodNotAllowed, "This server only shows: GET and HEAD are all it takes.")
      case .tooSlow: (.requestTimeout, "The request did not come within the time.")
      case .otherHost:
        (
          .misdirected,
          "This server is not known by that name. Use its address in numbers, localhost, or the name that it was started with."
        )
      case .targetTooLong: (.targetTooLong, "The address is too long.")
      case .headTooLarge: (.headTooLarge, "The head of the request is too large.")
      case .tooMany:
        (.unavailable, "As many connections are open as may be at once. Close one, and try again.")
      case .otherVersion: (.otherVersion, "This server speaks HTTP/1.1.")
      }
    var fields = [("Content-Type", "text/plain; charset=utf-8")]
    if self == .otherMethod { fields.append(("Allow", "GET, HEAD")) }
    return HTTPResponse(status, fields: fields, body: Array((words + "\n").utf8))
  }
}
