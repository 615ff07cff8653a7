/// One record of a TFRecord file: length, check of the length, payload, check of the payload.
///
/// All numbers are little-endian: the length has 64 bits, each check, a masked CRC-32C, 32. A reader ends at a record
/// that is cut off, so a file can be read while it grows and after its writer was killed.
package enum RecordFrame {
  package static func bytes(_ payload: [UInt8]) -> [UInt8] {
    let length = UInt64(payload.count).littleEndianBytes
    return length + CRC32C.maskedChecksum(length).littleEndianBytes + payload
      + CRC32C.maskedChecksum(payload).littleEndianBytes
  }
}

extension FixedWidthInteger {
  /// The number's bytes, the lowest first.
  var littleEndianBytes: [UInt8] {
    (0..<Self.bitWidth / 8).map { UInt8(truncatingIfNeeded: self >> (8 * $0)) }
  }
}
