import Augmentation
import Foundation
import Images
import Testing

/// Memory that counts how often it was given back.
private final class Lender: @unchecked Sendable {
  // Only the test's own thread touches the count.
  var givenBack = 0
  let memory: UnsafeMutableBufferPointer<UInt8>

  init(_ bytes: [UInt8]) {
    memory = .allocate(capacity: bytes.count)
    _ = memory.initialize(from: bytes)
  }

  func lend() -> LentBytes {
    LentBytes(UnsafeBufferPointer(memory)) { [self] in
      givenBack += 1
      UnsafeMutableBufferPointer(mutating: $0).deallocate()
    }
  }
}

@Suite struct PixelBytesTests {
  private let bytes = (0..<2 * 8 * 6 * 3 + 10).map { UInt8(truncatingIfNeeded: $0 * 31) }

  @Test func lentBytesReadLikeOwnedOnes() {
    let lent = PixelBytes(Lender(bytes).lend(), 10..<bytes.count)
    let owned = PixelBytes(Array(bytes[10...]))
    #expect(lent == owned)
    #expect(Array(lent) == Array(owned))
    #expect(lent[5] == bytes[15])
    #expect(lent.withUnsafeBufferPointer { Array($0) } == Array(bytes[10...]))
    #expect(lent != PixelBytes(Array(bytes[9..<bytes.count - 1])))
  }

  @Test func areGivenBackOnceWithTheLastUser() {
    let lender = Lender(bytes)
    var users = [PixelBytes(lender.lend(), 0..<4)]
    users.append(users[0])
    users.removeFirst()
    #expect(lender.givenBack == 0)
    users.removeAll()
    #expect(lender.givenBack == 1)
  }

  @Test func batchesOfLentAndOwnedImagesAreTheSame() {
    let owned = ImageStack(count: 2, height: 8, width: 6, pixels: Array(bytes[10...]))
    let lent = ImageStack(
      count: 2, height: 8, width: 6, pixels: PixelBytes(Lender(bytes).lend(), 10..<bytes.count))
    #expect(owned == lent)
    #expect(owned.image(at: 1) == lent.image(at: 1))
    let augmenter = BatchAugmenter(
      program: .none,
      tail: BatchTail(
        cropPadding: 2, flip: true, cutout: 2, mean: [0.5, 0.5, 0.5], standardDeviation: [0.2, 0.2, 0.2],
        layout: .nhwc),
      seed: 3, trial: 0)
    let batches = [owned, lent].map { augmenter.batch([1, 0], of: $0) }
    #expect(batches[0] == batches[1])
  }
}
