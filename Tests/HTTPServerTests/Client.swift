#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A client that sends and reads bytes, well or badly.
final class Client {
  private let socket: Int32

  /// Connects to a port of this machine.
  init(_ port: Int) throws {
    #if canImport(Glibc)
      socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #else
      socket = Darwin.socket(AF_INET, SOCK_STREAM, 0)
    #endif
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(port)).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let code = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard code == 0 else { throw Unreachable() }
    // A server that does not answer fails the test, and does not stop it.
    var patience = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    #if canImport(Darwin)
      var yes: Int32 = 1
      setsockopt(socket, SOL_SOCKET, SO_NOSIGPIPE, &yes, socklen_t(MemoryLayout<Int32>.size))
    #endif
  }

  deinit { close(socket) }

  /// Sends text; false where the server has closed the connection.
  @discardableResult
  func send(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    #if canImport(Darwin)
      return Darwin.send(socket, bytes, bytes.count, 0) == bytes.count
    #else
      return Glibc.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    #endif
  }

  /// Sends no more.
  func shutSending() { shutdown(socket, Int32(SHUT_WR)) }

  /// What comes next; empty at the end, or where nothing came for too long.
  func receive() -> String {
    var bytes = [UInt8](repeating: 0, count: 65536)
    let count = recv(socket, &bytes, bytes.count, 0)
    return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
  }

  /// What comes until a text has come, or until the end.
  func receive(until text: String) -> String {
    var found = ""
    while true {
      let part = receive()
      if part.isEmpty { return found }
      found += part
      // Only where the newest part can have completed it.
      if String(decoding: found.utf8.suffix(part.utf8.count + text.utf8.count), as: UTF8.self).contains(text)
      {
        return found
      }
    }
  }

  /// All that comes until the server closes the connection.
  func receiveAll() -> String {
    var found = ""
    while true {
      let part = receive()
      if part.isEmpty { return found }
      found += part
    }
  }

  /// The whole answer to a request.
  static func answer(_ port: Int, _ request: String) throws -> String {
    let client = try Client(port)
    client.send(request)
    return client.receiveAll()
  }
}

/// Nobody listens at the port.
struct Unreachable: Error {}
