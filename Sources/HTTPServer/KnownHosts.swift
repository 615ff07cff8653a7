#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The names under which a server may be asked.
///
/// A page of a stranger may give its own name the address of this machine ("DNS rebinding"); its scripts could then read what
/// this server shows. They cannot where that name is refused. An address in numbers is nobody's name. The port does not
/// matter: a tunnel may have another one at its other end.
package struct KnownHosts: Sendable {
  private let names: Set<String>

  /// The address in numbers, `localhost`, and some names.
  package init(_ names: [String] = []) {
    self.names = Set(names.map(Self.plain)).union(["localhost"])
  }

  /// Whether a request may name the server so: a name or an address, perhaps with a port.
  package func contain(_ host: String) -> Bool {
    guard let name = Self.withoutPort(host) else { return false }
    if name.hasPrefix("[") {
      return name.hasSuffix("]") && Self.isAddress(String(name.dropFirst().dropLast()), AF_INET6)
    }
    return Self.isAddress(name, AF_INET) || names.contains(Self.plain(name))
  }

  private static func withoutPort(_ host: String) -> String? {
    guard let colon = host.lastIndex(of: ":"), !host.hasSuffix("]") else { return host }
    let port = host[host.index(after: colon)...]
    guard port.utf8.count <= 5, port.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return String(host[..<colon])
  }

  /// In lower case, without the dot that ends a whole name.
  private static func plain(_ name: String) -> String {
    let small = name.lowercased()
    return small.hasSuffix(".") ? String(small.dropLast()) : small
  }

  private static func isAddress(_ text: String, _ family: Int32) -> Bool {
    var address = in6_addr()
    return withUnsafeMutableBytes(of: &address) { inet_pton(family, text, $0.baseAddress) == 1 }
  }
}
