/// What happens to every image after its policy, in the pass that writes it as floating-point numbers.
public struct BatchTail: Hashable, Sendable {
  /// The order of the numbers of one image.
  public enum Layout: String, Hashable, Sendable, Codable, CaseIterable {
    /// Row, column, channel.
    case nhwc
    /// Channel, row, column.
    case nchw
  }

  /// The pixels of mean colour put around the image before a piece of its old size is cut out at random; 0 is off.
  ///
  /// The offset from the top and from the left is uniform in 0..<2·padding, as Population Based Augmentation has
  /// it: the last possible offset is never used.
  public var cropPadding: Int
  /// Whether to mirror left and right with probability one half.
  public var flip: Bool
  /// The side of the square set to the mean colour about a random place, clipped by the image; 0 is off.
  public var cutout: Int
  /// The mean of R, G and B, of values in 0...1.
  public var mean: [Float]
  /// The standard deviation of R, G and B, of values in 0...1.
  public var standardDeviation: [Float]
  /// The order of the numbers of one image.
  public var layout: Layout

  /// Makes a tail.
  ///
  /// A negative padding or Cutout, or a mean or deviation that has not three numbers, is a programmer's error.
  ///
  /// - Parameters:
  ///   - cropPadding: the padding of the random crop in pixels; 0 is off.
  ///   - flip: whether to mirror left and right with probability one half.
  ///   - cutout: the side of Cutout's square in pixels; 0 is off.
  ///   - mean: the mean of R, G and B, of values in 0...1.
  ///   - standardDeviation: the standard deviation of R, G and B, of values in 0...1.
  ///   - layout: the order of the numbers of one image.
  public init(
    cropPadding: Int = 0, flip: Bool = false, cutout: Int = 0, mean: [Float], standardDeviation: [Float],
    layout: Layout
  ) {
    precondition(
      mean.count == 3 && standardDeviation.count == 3, "mean and standard deviation have three channels")
    precondition(cropPadding >= 0 && cutout >= 0, "crop padding and cutout size are not negative")
    self.cropPadding = cropPadding
    self.flip = flip
    self.cutout = cutout
    self.mean = mean
    self.standardDeviation = standardDeviation
    self.layout = layout
  }

  /// The bits of (value / 255 - mean) / standard deviation for each value of R, then of G, then of B.
  var normalisation: [UInt32] {
    (0..<3 * 256).map { index in
      let (channel, value) = (index / 256, Double(index % 256))
      return Float((value / 255 - Double(mean[channel])) / Double(standardDeviation[channel])).bitPattern
    }
  }
}
