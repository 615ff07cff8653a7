/// What training does to a dataset's images after the policy, unless it is set.
public struct TailDefaults: Hashable, Sendable {
  /// Whether every second image, by chance, is mirrored.
  public var flip: Bool
  /// The zero padding of the random crop, in pixels; 0 crops nothing.
  public var cropPadding: Int
  /// Whether lengths in pixels that were not given follow the size of the images.
  public var scalesToSize: Bool

  /// As for CIFAR unless said otherwise: mirrored, padded by 4 pixels, lengths as they were published.
  init(flip: Bool = true, cropPadding: Int = 4, scalesToSize: Bool = false) {
    self.flip = flip
    self.cropPadding = cropPadding
    self.scalesToSize = scalesToSize
  }
}
