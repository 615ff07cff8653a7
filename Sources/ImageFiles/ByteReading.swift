/// The order of a number's bytes.
enum ByteOrder {
  case little, big
}

/// Numbers and words at places in bytes that came from outside: what is not there is nil, never a crash.
struct ByteView {
  private let bytes: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
  }

  var count: Int { bytes.count }

  /// The number without sign of up to four bytes at an offset.
  func number(at offset: Int, bytes length: Int, _ order: ByteOrder) -> Int? {
    guard let part = slice(offset, length) else { return nil }
    return order == .big
      ? part.reduce(0) { $0 << 8 | Int($1) } : part.reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  /// Whether these bytes stand at an offset.
  func has(_ word: some Collection<UInt8>, at offset: Int) -> Bool {
    slice(offset, word.count)?.elementsEqual(word) ?? false
  }

  /// Some bytes from an offset on, or nil when not all of them are there.
  func slice(_ offset: Int, _ length: Int) -> ArraySlice<UInt8>? {
    guard offset >= 0, length >= 0, offset <= bytes.count, length <= bytes.count - offset else { return nil }
    return bytes[bytes.startIndex + offset..<bytes.startIndex + offset + length]
  }
}
