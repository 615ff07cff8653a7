import Interop
import Testing

@Suite struct CRC32CTests {
  /// The vectors of RFC 3720, appendix B.4, and the usual one of the nine digits.
  @Test func agreesWithKnownVectors() {
    #expect(CRC32C.checksum(Array("123456789".utf8)) == 0xe306_9283)
    #expect(CRC32C.checksum([]) == 0)
    #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8a91_36aa)
    #expect(CRC32C.checksum([UInt8](repeating: 0xff, count: 32)) == 0x62a8_ab43)
    #expect(CRC32C.checksum(Array(0..<32)) == 0x46dd_794e)
    #expect(CRC32C.checksum((0..<32).reversed()) == 0x113f_db5c)
  }

  @Test func theMaskTurnsAndMoves() {
    // 0xe3069283 turned right by 15 bits is 0x2507c60d.
    #expect(CRC32C.maskedChecksum(Array("123456789".utf8)) == 0x2507_c60d &+ 0xa282_ead8)
    #expect(CRC32C.maskedChecksum([]) == 0xa282_ead8)
  }
}
