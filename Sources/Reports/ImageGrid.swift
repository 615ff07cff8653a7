import Augmentation

/// Puts images into rows of one picture.
public struct ImageGrid: Sendable {
  /// How many times each pixel is repeated in both directions.
  public let scale: Int
  /// The space around every image, in pixels of the picture.
  public let gap: Int
  /// Red, green and blue around the images.
  public let background: SIMD3<UInt8>
  /// Red, green and blue where an image is transparent; training shows the mean colour there.
  public let transparent: SIMD3<UInt8>

  public init(
    scale: Int = 1, gap: Int = 4, background: SIMD3<UInt8> = SIMD3(repeating: 255),
    transparent: SIMD3<UInt8> = SIMD3(125, 122, 113)
  ) {
    self.scale = max(scale, 1)
    self.gap = max(gap, 0)
    self.background = background
    self.transparent = transparent
  }

  /// One opaque picture with a row for each element of `rows`; all cells have the size of the largest image.
  public func picture(_ rows: [[RGBAImage]]) -> RGBAImage {
    let images = rows.joined()
    let cellWidth = (images.map(\.width).max() ?? 0) * scale + gap
    let cellHeight = (images.map(\.height).max() ?? 0) * scale + gap
    let width = gap + cellWidth * (rows.map(\.count).max() ?? 0)
    let height = gap + cellHeight * rows.count
    var pixels = [UInt8](repeating: 255, count: width * height * 4)
    func paint(_ index: Int, _ color: SIMD3<UInt8>) {
      for channel in 0..<3 { pixels[index * 4 + channel] = color[channel] }
    }
    for index in 0..<width * height { paint(index, background) }
    for (row, images) in rows.enumerated() {
      for (column, image) in images.enumerated() {
        let (left, top) = (gap + column * cellWidth, gap + row * cellHeight)
        for y in 0..<image.height * scale {
          for x in 0..<image.width * scale {
            let source = ((y / scale) * image.width + x / scale) * 4
            let color = SIMD3(image.pixels[source], image.pixels[source + 1], image.pixels[source + 2])
            paint((top + y) * width + left + x, image.pixels[source + 3] == 0 ? transparent : color)
          }
        }
      }
    }
    return RGBAImage(width: width, height: height, pixels: pixels)
  }
}
