/// Random numbers for each pixel of an image, in any order.
///
/// The four words of a pixel are those of ``Philox4x32`` under the application's key, with the counter (12 · 2²⁴, 0, 0,
/// index), where the index counts the pixels row by row: the first numbers of a ``RandomStream`` of the domain
/// ``RandomStream/Domain/pixels`` and this sample.
struct PixelNoise {
  private let key: SIMD2<UInt32>

  init(_ arguments: OperationArguments) {
    key = SIMD2(UInt32(truncatingIfNeeded: arguments.key), UInt32(truncatingIfNeeded: arguments.key >> 32))
  }

  func words(at index: Int) -> SIMD4<UInt32> {
    let domain = UInt32(RandomStream.Domain.pixels.rawValue) << 24
    return Philox4x32.block(counter: SIMD4(domain, 0, 0, UInt32(truncatingIfNeeded: index)), key: key)
  }
}
