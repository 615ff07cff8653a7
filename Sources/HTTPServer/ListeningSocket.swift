#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A place where connections are taken: an address of this machine and a port.
struct ListeningSocket: ~Copyable {
  let raw: Int32
  /// The port, which the system chose where none was asked for.
  let port: Int
  /// Whether only this machine can reach it.
  let isLocal: Bool

  /// Listens at an address of this machine.
  ///
  /// - Parameters:
  ///   - host: an address in numbers, or a name that stands for one.
  ///   - port: the port; 0 for one that is free.
  /// - Throws: ``HTTPServerError`` with the system's reason.
  init(host: String, port: Int) throws(HTTPServerError) {
    var wanted = addrinfo()
    wanted.ai_flags = AI_PASSIVE | AI_NUMERICSERV
    wanted.ai_socktype = Self.stream
    var found: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, "\(port)", &wanted, &found)
    guard code == 0, let first = found else {
      throw HTTPServerError(host: host, port: port, reason: String(cString: gai_strerror(code)))
    }
    defer { freeaddrinfo(found) }
    var reason = ""
    for address in sequence(first: first, next: { $0.pointee.ai_next }) {
      let opened = socket(
        address.pointee.ai_family, address.pointee.ai_socktype, address.pointee.ai_protocol)
      var yes: Int32 = 1
      guard opened >= 0 else {
        reason = String(cString: strerror(errno))
        continue
      }
      // A server that is started again finds its port, though old connections are not yet forgotten.
      setsockopt(opened, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
      guard bind(opened, address.pointee.ai_addr, address.pointee.ai_addrlen) == 0, listen(opened, 64) == 0,
        prepare(opened), let bound = Self.bound(opened)
      else {
        reason = String(cString: strerror(errno))
        close(opened)
        continue
      }
      (raw, self.port, isLocal) = (opened, bound.port, bound.isLocal)
      return
    }
    throw HTTPServerError(host: host, port: port, reason: reason)
  }

  deinit { close(raw) }

  #if canImport(Glibc)
    private static let stream = Int32(SOCK_STREAM.rawValue)
  #else
    private static let stream = SOCK_STREAM
  #endif

  /// The address that the socket has.
  private static func bound(_ socket: Int32) -> (port: Int, isLocal: Bool)? {
    var storage = sockaddr_storage()
    var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return withUnsafeMutableBytes(of: &storage) { bytes in
      let plain = bytes.assumingMemoryBound(to: sockaddr.self)
      guard getsockname(socket, plain.baseAddress, &size) == 0 else { return nil }
      if Int32(plain[0].sa_family) == AF_INET {
        let address = bytes.load(as: sockaddr_in.self)
        return (
          Int(UInt16(bigEndian: address.sin_port)), UInt32(bigEndian: address.sin_addr.s_addr) >> 24 == 127
        )
      }
      let address = bytes.load(as: sockaddr_in6.self)
      let digits = withUnsafeBytes(of: address.sin6_addr) { Array($0) }
      return (
        Int(UInt16(bigEndian: address.sin6_port)), digits.dropLast().allSatisfy { $0 == 0 } && digits[15] == 1
      )
    }
  }

  /// Takes the next connection; nil where there is none now.
  ///
  /// Throws `TooManyFiles` where the system gives no descriptor for it, which then waits.
  borrowing func accept() throws(TooManyFiles) -> Int32? {
    while true {
      let taken = systemAccept(raw, nil, nil)
      if taken >= 0 {
        if prepare(taken) { return taken }
        close(taken)
        continue
      }
      switch errno {
      case EINTR, ECONNABORTED: continue
      case EMFILE, ENFILE, ENOBUFS, ENOMEM: throw TooManyFiles()
      default: return nil
      }
    }
  }

  /// The system has no descriptor left for a connection.
  struct TooManyFiles: Error {}
}

// Inside the type its own `accept` hides the system's.
private func systemAccept(
  _ socket: Int32, _ address: UnsafeMutablePointer<sockaddr>?, _ size: UnsafeMutablePointer<socklen_t>?
) -> Int32 {
  accept(socket, address, size)
}

/// Has a descriptor wait for nothing, go to no program that is started, and end none by SIGPIPE.
func prepare(_ descriptor: Int32) -> Bool {
  #if canImport(Darwin)
    var yes: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &yes, socklen_t(MemoryLayout<Int32>.size))
  #endif
  return fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0
    && fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK) == 0
}

/// A server that cannot be started.
package struct HTTPServerError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The address that was asked for.
  package let host: String
  /// The port that was asked for; 0 for any.
  package let port: Int
  /// The system's words.
  package let reason: String

  /// The address and the reason.
  package var description: String {
    "cannot listen at \(host)\(port == 0 ? "" : ", port \(port)"): \(reason)"
  }
}
