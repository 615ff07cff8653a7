/// Memory with another owner, such as a mapped file, which is given back after its last use.
public final class LentBytes: @unchecked Sendable {
  // Nothing writes to the bytes while they are lent, so threads may share them.
  fileprivate let bytes: UnsafeBufferPointer<UInt8>
  private let giveBack: @Sendable (UnsafeBufferPointer<UInt8>) -> Void
  fileprivate let setAside: @Sendable (UnsafeBufferPointer<UInt8>) -> Void

  /// Borrows bytes that stay in place, unchanged, until `giveBack` is called with them.
  ///
  /// - Parameters:
  ///   - bytes: the memory; it must not change or move until it is given back.
  ///   - giveBack: called once with the bytes, when nothing uses them any more.
  ///   - setAside: called with a part that will not be read again soon, and whose memory the system may reclaim
  ///     until then.
  public init(
    _ bytes: UnsafeBufferPointer<UInt8>,
    giveBack: @escaping @Sendable (UnsafeBufferPointer<UInt8>) -> Void,
    setAside: @escaping @Sendable (UnsafeBufferPointer<UInt8>) -> Void = { _ in }
  ) {
    self.bytes = bytes
    self.giveBack = giveBack
    self.setAside = setAside
  }

  deinit { giveBack(bytes) }

  /// How many bytes there are.
  public var count: Int { bytes.count }
}

/// The bytes of images: an array, or a part of lent memory.
///
/// Reading is the same for both. Code that reads much asks once for the pointer and is then free of the difference.
public struct PixelBytes: RandomAccessCollection, Sendable {
  private enum Storage {
    case owned([UInt8])
    case lent(LentBytes, Range<Int>)
  }

  private let storage: Storage

  /// Takes an array.
  public init(_ bytes: [UInt8]) {
    storage = .owned(bytes)
  }

  /// Takes a range of lent memory; a range outside of it is a programmer's error.
  public init(_ bytes: LentBytes, _ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count, "bytes outside of what is lent")
    storage = .lent(bytes, range)
  }

  /// 0.
  public var startIndex: Int { 0 }

  /// The number of bytes.
  public var endIndex: Int {
    switch storage {
    case .owned(let bytes): bytes.count
    case .lent(_, let range): range.count
    }
  }

  /// The byte at an index; an index out of range is a programmer's error.
  public subscript(position: Int) -> UInt8 {
    switch storage {
    case .owned(let bytes): return bytes[position]
    case .lent(let memory, let range):
      precondition(position >= 0 && position < range.count, "no byte \(position) among \(range.count)")
      return memory.bytes[range.lowerBound + position]
    }
  }

  /// Calls the body with all bytes in place; the pointer must not outlive the call.
  public func withUnsafeBufferPointer<Result>(
    _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
  ) rethrows -> Result {
    switch storage {
    case .owned(let bytes):
      return try bytes.withUnsafeBufferPointer(body)
    case .lent(let memory, let range):
      return try withExtendedLifetime(memory) { try body(UnsafeBufferPointer(rebasing: memory.bytes[range])) }
    }
  }

  /// Says that a range will not be read again soon; lent memory may then be used for something else meanwhile.
  public func setAside(_ range: Range<Int>) {
    guard case .lent(let memory, let whole) = storage else { return }
    let part = whole.lowerBound + range.lowerBound..<whole.lowerBound + range.upperBound
    precondition(part.upperBound <= whole.upperBound, "a range outside of the bytes")
    memory.setAside(UnsafeBufferPointer(rebasing: memory.bytes[part]))
  }
}

extension PixelBytes: Equatable {
  /// Whether both hold the same bytes, owned or lent.
  public static func == (left: PixelBytes, right: PixelBytes) -> Bool {
    left.withUnsafeBufferPointer { left in right.withUnsafeBufferPointer { left.elementsEqual($0) } }
  }

  /// Whether the bytes are those of the array.
  public static func == (left: PixelBytes, right: [UInt8]) -> Bool { left == PixelBytes(right) }
}
