/// A text without the secrets of the addresses in it: users and passwords before a host, and queries, which may hold
/// keys, become `…`.
///
/// An address begins with `://` and ends at a space or a quotation mark.
public func withoutCredentials(_ text: String) -> String {
  var (result, rest) = ("", text[...])
  while let mark = rest.firstRange(of: "://") {
    result += rest[..<mark.upperBound]
    rest = rest[mark.upperBound...]
    let address = rest.prefix { !$0.isWhitespace && !"\"'<>".contains($0) }
    result += withoutSecrets(address)
    rest = rest[address.endIndex...]
  }
  return result + rest
}

/// The same for one address alone, whose password may hold spaces and anything else.
///
/// Without `://` it is what stands before the first `/` that may be a user and a password.
func withoutCredentials(ofAddress address: String) -> String {
  guard let mark = address.firstRange(of: "://") else { return withoutSecrets(address[...]) }
  return address[..<mark.upperBound] + withoutSecrets(address[mark.upperBound...])
}

/// What follows `://` in an address.
private func withoutSecrets(_ address: Substring) -> String {
  let authority = address.prefix { !"/?#".contains($0) }
  var (hidden, open) = ("", address)
  if let at = authority.lastIndex(of: "@") {
    (hidden, open) = ("…@", address[address.index(after: at)...])
  } else if hasNoPort(authority), let at = address.lastIndex(of: "@") {
    // A password with a slash, which should have been written %2F.
    (hidden, open) = ("…@", address[address.index(after: at)...])
  }
  guard let query = open.firstIndex(where: { "?#".contains($0) }) else { return hidden + open }
  let end = open[query...].reversed().prefix { ",;:.)".contains($0) }.reversed()
  return hidden + open[...query] + "…" + String(end)
}

/// Whether a colon in this is followed by something else than a port.
private func hasNoPort(_ authority: Substring) -> Bool {
  guard !authority.hasPrefix("["), let colon = authority.firstIndex(of: ":") else { return false }
  return !authority[authority.index(after: colon)...].utf8.allSatisfy { (0x30...0x39).contains($0) }
}
