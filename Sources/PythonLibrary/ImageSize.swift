import Augmentation
import Policies

/// The height and width of images in pixels, within what the operations are exact for.
struct ImageSize: Hashable {
  let height: Int
  let width: Int

  /// Pillow's movements of pixels, which ours are, need sides below 32768.
  private static let sides = 1...32767
  /// More pixels than this are an error of the caller rather than an image.
  private static let largestArea = 1 << 28

  init(height: Int64, width: Int64) throws(PolicyError) {
    self.height = try number(height, in: Self.sides, "height")
    self.width = try number(width, in: Self.sides, "width")
    guard area <= Self.largestArea else {
      throw PolicyError(
        place: "image", found: "\(width) × \(height) pixels", expected: "at most \(Self.largestArea) pixels")
    }
  }

  /// The number of pixels.
  var area: Int { height * width }

  /// The bytes of so many images.
  func bytes(of count: Int, _ layout: PixelLayout = .rgb) throws(PolicyError) -> Int {
    let (bytes, isTooMuch) = count.multipliedReportingOverflow(by: layout.bytesPerPixel * area)
    guard !isTooMuch, bytes <= 1 << 46 else {
      throw PolicyError(place: "count", found: "\(count)", expected: "images that fit in memory")
    }
    return bytes
  }
}
