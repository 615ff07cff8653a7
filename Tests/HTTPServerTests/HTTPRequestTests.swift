import HTTPServer
import Testing

@Suite struct HTTPRequestTests {
  private func read(_ head: String) throws(HTTPRefusal) -> HTTPRequest {
    try HTTPRequest(head: Array(head.utf8))
  }

  private func refusal(_ head: [UInt8]) -> HTTPRefusal? {
    do throws(HTTPRefusal) {
      _ = try HTTPRequest(head: head)
      return nil
    } catch {
      return error
    }
  }

  @Test func aRequestIsRead() throws {
    let request = try read(
      "GET /events?have=a-1.b-2&x&y= HTTP/1.1\r\nHost: \t127.0.0.1:80 \r\nAccept: */*\r\nCookie: \u{e9}")
    #expect(request.method == .get)
    #expect(request.path == "/events")
    #expect(request.query == ["have": "a-1.b-2", "x": "", "y": ""])
    #expect(request.host == "127.0.0.1:80")
    #expect(try read("HEAD / HTTP/1.0\r\nhOST:x\r\nContent-Length: 0").method == .head)
  }

  @Test(arguments: ["POST", "PUT", "DELETE", "OPTIONS", "CONNECT", "TRACE", "get", "GETX", ""])
  func nothingThatChangesIsTaken(_ method: String) {
    #expect(refusal(Array("\(method) / HTTP/1.1\r\nHost: x".utf8)) == .otherMethod)
  }

  @Test(arguments: [
    "", "\r\n", "GET", "GET /", "GET / HTTP/1.1 more", "GET  / HTTP/1.1", "GET / FTP/1.1", "GET x HTTP/1.1",
    "GET http://x/ HTTP/1.1", "GET /\u{e9} HTTP/1.1", "GET /\t HTTP/1.1", "GET / HTTP/1.1\r\nHost x",
    "GET / HTTP/1.1\r\nAccept: x", "GET / HTTP/1.1\r\nHost: x\r\nHost: y",
    "GET / HTTP/1.1\r\n folded: x\r\nHost: y",
    "GET / HTTP/1.1\r\nHost : y", "GET / HTTP/1.1\r\n: y\r\nHost: x",
    "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5",
    "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -0",
    "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked",
    "GET / HTTP/1.1\r\nHost: x\u{0}y", "GET / HTTP/1.1\rHost: x", "GET / HTTP/1.1\r\nHost: x\u{7f}",
    "GET /\u{1b}[31m HTTP/1.1\r\nHost: x",
  ])
  func whatIsNoRequestIsRefused(_ head: String) {
    guard case .malformed? = refusal(Array(head.utf8)) else {
      Issue.record("found \(String(describing: refusal(Array(head.utf8)))), expected a refusal of \(head)")
      return
    }
  }

  @Test func sizesAreLimited() {
    let fields = (0..<101).map { "\r\nF\($0): x" }.joined()
    #expect(refusal(Array("GET / HTTP/1.1\r\nHost: x\(fields)".utf8)) == .headTooLarge)
    let long = String(repeating: "a", count: 5000)
    #expect(refusal(Array("GET /\(long) HTTP/1.1\r\nHost: x".utf8)) == .targetTooLong)
    #expect(refusal(Array("GET / HTTP/2.0\r\nHost: x".utf8)) == .otherVersion)
  }

  /// Any bytes end in a request or a refusal.
  @Test func noBytesCrash() {
    var state: UInt64 = 88_172_645_463_325_252
    func draw(_ bound: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % UInt64(bound))
    }
    let whole = Array("GET /a?b=c HTTP/1.1\r\nHost: localhost:80\r\nAccept: */*".utf8)
    var read = 0
    for _ in 0..<20_000 {
      var bytes = whole
      for _ in 0..<draw(4) {
        switch draw(3) {
        case 0: bytes[draw(bytes.count)] = UInt8(draw(256))
        case 1: bytes.insert(UInt8(draw(256)), at: draw(bytes.count))
        default: bytes.removeLast(draw(bytes.count))
        }
        if bytes.isEmpty { bytes = [0] }
      }
      if refusal(bytes) == nil { read += 1 }
    }
    #expect(read > 1000 && read < 20_000)
  }

  @Test(arguments: [
    ("127.0.0.1", true), ("127.0.0.1:8080", true), ("localhost", true), ("LocalHost.:1", true),
    ("[::1]:80", true),
    ("[::1]", true), ("192.168.1.7:80", true), ("machine", true), ("machine.example:9", true), ("", false),
    ("evil.example", false), ("127.0.0.1.evil.example", false), ("localhost.evil.example:80", false),
    ("localhost:80:90", false), ("[::1", false), ("::1", false), ("[localhost]", false), ("127.1", false),
    ("localhost:http", false), ("localhost:123456", false), ("0x7f000001", false), ("user@localhost", false),
  ])
  func strangeNamesAreRefused(_ host: String, _ isKnown: Bool) {
    #expect(KnownHosts(["Machine", "machine.example."]).contain(host) == isKnown)
  }
}
