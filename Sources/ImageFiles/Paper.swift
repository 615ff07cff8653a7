/// The colour of the paper under a transparent image: white.
private let paper = 255

/// Puts RGBA pixels on white paper.
///
/// A colour becomes (c · a + 255 · (255 − a)) / 255, rounded; one that is premultiplied, c + (255 − a).
func onPaper(_ rgba: UnsafeBufferPointer<UInt8>, premultiplied: Bool) -> [UInt8] {
  let count = rgba.count / 4
  return [UInt8](unsafeUninitializedCapacity: count * 3) { target, used in
    for pixel in 0..<count {
      let alpha = Int(rgba[pixel &* 4 &+ 3])
      for channel in 0..<3 {
        let color = Int(rgba[pixel &* 4 &+ channel])
        if premultiplied {
          target[pixel &* 3 &+ channel] = UInt8(truncatingIfNeeded: min(color &+ (paper &- alpha), 255))
        } else {
          // Exact rounding of a division by 255 for sums up to 255².
          let sum = color &* alpha &+ paper &* (255 &- alpha) &+ 128
          target[pixel &* 3 &+ channel] = UInt8(truncatingIfNeeded: (sum &+ sum >> 8) >> 8)
        }
      }
    }
    used = count * 3
  }
}
