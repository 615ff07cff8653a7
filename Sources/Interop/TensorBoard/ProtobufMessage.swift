/// The bytes of a Protocol Buffers message, as far as TensorBoard's events need them.
///
/// A field is a key, its number and the kind of its value, and the value
/// (https://protobuf.dev/programming-guides/encoding).
struct ProtobufMessage {
  private(set) var bytes: [UInt8] = []

  private enum Kind: UInt64 {
    case varint = 0
    case fixed64 = 1
    case delimited = 2
    case fixed32 = 5
  }

  /// Adds a field of the type `int64`.
  mutating func add(_ field: Int, _ value: Int64) {
    addKey(field, .varint)
    addVarint(UInt64(bitPattern: value))
  }

  /// Adds a field of the type `double`.
  mutating func add(_ field: Int, _ value: Double) {
    addKey(field, .fixed64)
    bytes += value.bitPattern.littleEndianBytes
  }

  /// Adds a field of the type `float`.
  mutating func add(_ field: Int, _ value: Float) {
    addKey(field, .fixed32)
    bytes += value.bitPattern.littleEndianBytes
  }

  /// Adds a field of the type `string`.
  mutating func add(_ field: Int, _ value: String) { addDelimited(field, Array(value.utf8)) }

  /// Adds a field that is a message.
  mutating func add(_ field: Int, _ message: ProtobufMessage) { addDelimited(field, message.bytes) }

  private mutating func addDelimited(_ field: Int, _ value: [UInt8]) {
    addKey(field, .delimited)
    addVarint(UInt64(value.count))
    bytes += value
  }

  private mutating func addKey(_ field: Int, _ kind: Kind) { addVarint(UInt64(field) << 3 | kind.rawValue) }

  /// Seven bits a byte, the lowest first; the top bit says that more follow.
  private mutating func addVarint(_ value: UInt64) {
    var rest = value
    while rest > 0x7f {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }
}
