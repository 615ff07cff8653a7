import Images

/// Images of one size, each with the number of its class.
public struct LabeledImages: Equatable, Sendable {
  /// The pixels: RGB interleaved, N·H·W·3 bytes.
  public let images: ImageStack
  /// The class of each image, 0 up to the number of classes less one.
  public let labels: [Int32]

  /// How many images there are.
  public var count: Int { labels.count }

  /// Pairs images with labels, one for each.
  public init(images: ImageStack, labels: [Int32]) {
    precondition(images.count == labels.count, "\(images.count) images with \(labels.count) labels")
    self.images = images
    self.labels = labels
  }

  /// The first images, or all if there are fewer.
  public func prefix(_ count: Int) -> LabeledImages {
    let count = min(max(count, 0), self.count)
    return LabeledImages(
      images: ImageStack(
        count: count, height: images.height, width: images.width,
        pixels: Array(images.pixels.prefix(count * images.imageSize))), labels: Array(labels.prefix(count)))
  }
}
