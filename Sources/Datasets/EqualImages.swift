import Foundation
import Images

/// Images of one set that are images of another too, pixel for pixel.
public struct EqualImages: Equatable, Sendable {
  /// How many images of the later set are in the earlier one.
  public let count: Int
  /// The first of them, by its place in the later set, and its equal in the earlier.
  public let first: (later: Int, earlier: Int)

  /// Whether both name the same number and the same first pair.
  public static func == (one: EqualImages, other: EqualImages) -> Bool {
    one.count == other.count && one.first == other.first
  }
}

/// Finds the images of one set that are in another too; nil where there are none, or the images differ in size.
///
/// Each image is read once; bytes are compared where checksums are equal.
public func equalImages(of later: ImageStack, in earlier: ImageStack) -> EqualImages? {
  equalImages(of: HashedImages(later), in: HashedImages(earlier))
}

/// Images with a checksum each, 8 bytes an image.
struct HashedImages {
  let images: ImageStack
  let hashes: [UInt64]

  /// Reads every pixel.
  init(_ images: ImageStack) {
    self.images = images
    hashes = images.imageSize > 0 ? imageHashes(of: images) : []
  }
}

/// Finds the images of one set that are in another too, by the checksums that are there.
///
/// Memory: about 100 bytes for each image of the later set while it searches.
func equalImages(of hashedLater: HashedImages, in hashedEarlier: HashedImages) -> EqualImages? {
  let (later, earlier) = (hashedLater.images, hashedEarlier.images)
  let size = later.imageSize
  guard later.count > 0, earlier.count > 0, size > 0,
    (later.height, later.width) == (earlier.height, earlier.width)
  else { return nil }
  // Those whose equals are not found yet, by their checksums.
  var open: [UInt64: [Int]] = [:]
  for (place, hash) in hashedLater.hashes.enumerated() { open[hash, default: []].append(place) }
  var found: [Int: Int] = [:]
  for (place, hash) in hashedEarlier.hashes.enumerated() {
    guard let candidates = open[hash] else { continue }
    let equal = candidates.filter { isEqual(later, $0, earlier, place) }
    for candidate in equal { found[candidate] = place }
    open[hash] = equal.count == candidates.count ? nil : candidates.filter { found[$0] == nil }
  }
  guard let first = found.min(by: { $0.key < $1.key }) else { return nil }
  return EqualImages(count: found.count, first: (first.key, first.value))
}

private func isEqual(_ one: ImageStack, _ place: Int, _ other: ImageStack, _ otherPlace: Int) -> Bool {
  let size = one.imageSize
  return one.pixels.withUnsafeBufferPointer { one in
    other.pixels.withUnsafeBufferPointer { other in
      guard let one = one.baseAddress, let other = other.baseAddress else { return false }
      return memcmp(one + place * size, other + otherPlace * size, size) == 0
    }
  }
}

/// A number for each image, equal for equal pixels and hardly ever for others; on all cores.
func imageHashes(of images: ImageStack) -> [UInt64] {
  let size = images.imageSize
  return [UInt64](unsafeUninitializedCapacity: images.count) { hashes, count in
    let hashes = SharedHashes(start: hashes.baseAddress)
    let blocks = (images.count + blockSize - 1) / blockSize
    images.pixels.withUnsafeBufferPointer { pixels in
      let pixels = SharedPixels(start: UnsafeRawPointer(pixels.baseAddress))
      forEachConcurrently(0..<blocks) { block in
        let range = block * blockSize..<min((block + 1) * blockSize, images.count)
        guard let start = pixels.start, let target = hashes.start else { return }
        for place in range {
          (target + place).initialize(
            to: imageHash(UnsafeRawBufferPointer(start: start + place * size, count: size)))
        }
        images.pixels.setAside(range.lowerBound * size..<range.upperBound * size)
      }
    }
    count = images.count
  }
}

private let blockSize = 256

/// The sum of products of eight bytes with odd numbers, in four sums side by side; not meant to resist an attacker.
private func imageHash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
  var sums = SIMD4<UInt64>(repeating: 0x9E37_79B9_7F4A_7C15)
  var place = 0
  while place + 32 <= bytes.count {
    let words = bytes.loadUnaligned(fromByteOffset: place, as: SIMD4<UInt64>.self)
    sums = (sums ^ words) &* SIMD4(repeating: 0xFF51_AFD7_ED55_8CCD)
    sums ^= sums &>> 29
    place += 32
  }
  var hash = UInt64(bytes.count)
  for index in sums.indices { hash = (hash ^ sums[index]) &* 0xC4CE_B9FE_1A85_EC53 ^ (hash >> 31) }
  while place < bytes.count {
    hash = (hash ^ UInt64(bytes[place])) &* 0x0000_0100_0000_01B3
    place += 1
  }
  return hash ^ (hash >> 33)
}

/// Memory that several threads write to, each in places of its own.
private struct SharedHashes: @unchecked Sendable {
  let start: UnsafeMutablePointer<UInt64>?
}

/// Memory that several threads read.
private struct SharedPixels: @unchecked Sendable {
  let start: UnsafeRawPointer?
}
