/// Reads the inside of a MATLAB 5 file's variable, unpacked, from its beginning on.
final class MATReader {
  /// An element's type and the size of its data.
  struct Tag {
    let type: Int
    let count: Int
    /// Data of at most 4 bytes stand in the tag itself, which is 8 bytes long in all.
    let isSmall: Bool
  }

  /// How many bytes have been read.
  private(set) var position = 0
  private let source: any ByteSource
  private let file: String
  private let bigEndian: Bool

  init(_ source: any ByteSource, file: String, bigEndian: Bool) {
    self.source = source
    self.file = file
    self.bigEndian = bigEndian
  }

  /// Fills the whole buffer.
  func fill(_ buffer: UnsafeMutableRawBufferPointer) throws {
    let count = try source.fill(buffer)
    guard count == buffer.count else {
      throw DatasetError.badFile(
        file: file, offset: source.fileOffset, found: "the end of the variable's bytes",
        expected: "\(buffer.count - count) more", cure: "the file is damaged or was cut off, get it again")
    }
    position += count
  }

  func bytes(_ count: Int) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      try fill(UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[..<count])))
      initialized = count
    }
  }

  func skip(_ count: Int) throws {
    var left = count
    while left > 0 {
      let step = min(left, 1 << 16)
      _ = try bytes(step)
      left -= step
    }
  }

  /// Reads to the end, so that a packed variable's checksum is checked.
  func finish() throws { try source.forEachBlock { _ in } }

  /// An unsigned integer of up to 8 bytes in the file's byte order.
  func integer(width: Int) throws -> UInt64 {
    let bytes = try bytes(width)
    return (bigEndian ? bytes : bytes.reversed()).reduce(0) { $0 << 8 | UInt64($1) }
  }

  func word() throws -> UInt32 { UInt32(truncatingIfNeeded: try integer(width: 4)) }

  func tag() throws -> Tag {
    let first = Int(try word())
    // The long form keeps its type in the lower half.
    if first >> 16 != 0 { return Tag(type: first & 0xFFFF, count: first >> 16, isSmall: true) }
    return Tag(type: first, count: Int(try word()), isSmall: false)
  }

  /// Passes over what fills the element up to a multiple of 8 bytes.
  func skipPadding(after tag: Tag) throws {
    let used = tag.isSmall ? tag.count + 4 : tag.count
    try skip((8 - used % 8) % 8)
  }
}
