/// The cyclic redundancy check CRC-32C (Castagnoli; RFC 3720, appendix B.4), of which TensorBoard's records have two.
package enum CRC32C {
  /// Castagnoli's polynomial, its bits in reverse.
  private static let polynomial: UInt32 = 0x82f6_3b78

  /// What each value of the lowest byte adds.
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { sum, _ in sum >> 1 ^ (sum & 1 == 1 ? polynomial : 0) }
  }

  /// The check of some bytes.
  package static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
    ~bytes.reduce(~0) { sum, byte in sum >> 8 ^ table[Int(UInt8(truncatingIfNeeded: sum) ^ byte)] }
  }

  /// The check as records hold it: turned and moved, so that the check of bytes that hold checks stays a good one.
  package static func maskedChecksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
    let sum = checksum(bytes)
    return (sum >> 15 | sum << 17) &+ 0xa282_ead8
  }
}
