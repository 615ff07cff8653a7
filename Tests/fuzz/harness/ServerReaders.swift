@testable import HTTPServer

/// What anybody may send to the server of the dashboard.
let serverReaders = [
  Reader("http-request") { bytes in
    let request: HTTPRequest
    do throws(HTTPRefusal) {
      request = try HTTPRequest(head: bytes)
    } catch {
      precondition(error.response.bytes().starts(with: "HTTP/1.1 ".utf8), "a refusal without an answer")
      throw error
    }
    precondition(request.path.utf8.allSatisfy { (0x21...0x7E).contains($0) }, "a path with more than ASCII")
    _ = KnownHosts(["host"]).contain(request.host)
    // The shortest head with the same meaning; each of its characters is a byte.
    let pairs = request.query.map { $1.isEmpty && !$0.isEmpty ? $0 : "\($0)=\($1)" }.joined(separator: "&")
    let target = request.path + (pairs.isEmpty ? "" : "?" + pairs)
    let head = "\(request.method.rawValue) \(target) HTTP/1.1\r\nHost: \(request.host)"
    let again = try? HTTPRequest(head: head.unicodeScalars.map { UInt8($0.value) })
    precondition(again == request, "a request that changes when it is written and read again")
  }
]
