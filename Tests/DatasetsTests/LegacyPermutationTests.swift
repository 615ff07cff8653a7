import Datasets
import Files
import Testing

/// The SHA-256 of numbers as little-endian 32-bit integers.
private func sha256(_ numbers: some Sequence<Int>) -> String {
  let bytes = numbers.flatMap { number in (0..<4).map { UInt8(number >> (8 * $0) & 255) } }
  return hexadecimal(HashFunction.sha256(bytes))
}

/// Known values of numpy's `RandomState(seed).shuffle(arange(count))`.
@Suite struct LegacyPermutationTests {
  @Test func drawsReducedCIFAR10() {
    let order = legacyPermutation(of: 50000, seed: 0)
    #expect(order.prefix(10) == [11841, 19602, 45519, 25747, 42642, 31902, 30346, 12363, 32490, 26128])
    #expect(order.prefix(4000).reduce(0, +) == 100_809_282)
    #expect(sha256(order.prefix(4000)) == "5c42f474c99ae40470f28ef8cc9dcbd0e08e3d1c104293935d22e9d1a6799396")
    #expect(sha256(order) == "c359a705f6aae50398faf0f1c23224e1de718853ada8378c993cc70b24a79964")
  }

  @Test func drawsReducedSVHN() {
    let order = legacyPermutation(of: 73257, seed: 0)
    #expect(order.prefix(10) == [6325, 30413, 47620, 40209, 2752, 30599, 49095, 20710, 63111, 33621])
    #expect(order.prefix(1000).reduce(0, +) == 37_873_488)
    #expect(sha256(order.prefix(1000)).hasPrefix("d465efc0c8ab4a8e"))
    #expect(order.suffix(7325).prefix(5) == [21112, 26516, 7351, 19045, 26211])
    #expect(order.suffix(7325).reduce(0, +) == 266_123_588)
  }

  @Test func drawsFullSVHN() {
    let order = legacyPermutation(of: 604388, seed: 0)
    #expect(
      order.prefix(10) == [304716, 163666, 41251, 4560, 278278, 47512, 598490, 535433, 266394, 347460])
    #expect(sha256(order) == "87a4113254bff6672a8ca6452bf18f96e6f30d2074032c9bbd4f2bce70906142")
  }

  @Test func takesAnotherSeedAndTheSmallestCounts() {
    #expect(legacyPermutation(of: 0, seed: 5489) == [])
    #expect(legacyPermutation(of: 1, seed: 5489) == [0])
    #expect(legacyPermutation(of: 2, seed: 5489) == [1, 0])
    #expect(legacyPermutation(of: 3, seed: 5489) == [1, 2, 0])
    #expect(legacyPermutation(of: 10, seed: 5489) == [4, 9, 0, 7, 8, 3, 2, 1, 5, 6])
  }
}
