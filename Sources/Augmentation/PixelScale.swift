/// How lengths in pixels that were published for images of 32 × 32 are scaled for images of another size.
///
/// A length is multiplied by side / 32, where side is the shorter one of the images, and goes to the nearest multiple
/// that has an effect: whole pixels for a translation and for padding, even numbers for the side of a square, any length for
/// a blur. Halves go
/// away from zero, so that both directions of a movement are equally long.
public struct PixelScale: Hashable, Sendable {
  /// The side of the images that published lengths are for.
  public static let publishedSide = 32
  /// The shorter side of the images, in pixels.
  public let side: Int

  /// Lengths stay as they are.
  public static let none = PixelScale(width: publishedSide, height: publishedSide)

  /// The scale for images of a size in pixels, of which the shorter side counts.
  public init(width: Int, height: Int) {
    side = min(width, height)
  }

  /// A length on images of this size, in pixels.
  ///
  /// - Parameters:
  ///   - pixels: the length on images with sides of 32 pixels.
  ///   - grain: the unit to which the length is rounded, in pixels; with 0 it is not rounded.
  /// - Returns: the length; unchanged where the shorter side is the published one.
  public func length(_ pixels: Double, grain: Int = 1) -> Double {
    guard side != Self.publishedSide else { return pixels }
    let scaled = pixels * Double(side) / Double(Self.publishedSide)
    guard grain > 0 else { return scaled }
    let unit = Double(grain)
    return (scaled / unit).rounded(.toNearestOrAwayFromZero) * unit
  }

  /// The parameter of an operation on images of this size: a length in pixels is carried over, as far as the operation
  /// takes it, all else stays.
  ///
  /// - Parameters:
  ///   - parameter: the parameter on images with sides of 32 pixels.
  ///   - operation: the operation.
  /// - Returns: the parameter.
  public func parameter(_ parameter: Double, of operation: Operation) -> Double {
    guard operation.unit == .pixels else { return parameter }
    let range = operation.parameters
    return min(max(length(parameter, grain: operation.grain), range.lowerBound), range.upperBound)
  }

  /// The zero padding of the random crop, in pixels.
  public func padding(_ pixels: Int) -> Int { Int(length(Double(pixels))) }

  /// The side of the square that Cutout removes, in pixels.
  public func cutout(_ side: Int) -> Int { Int(length(Double(side), grain: Operation.cutout.grain)) }
}

extension AugmentationProgram {
  /// The same program for images of another size: the lengths in pixels that magnitudes stand for are carried over.
  ///
  /// A step that was given its parameter itself keeps it.
  public func scaled(by scale: PixelScale) -> AugmentationProgram {
    guard scale != .none else { return self }
    var result = self
    for place in result.alternatives.indices {
      result.alternatives[place].steps = result.alternatives[place].steps.map { $0.scaled(by: scale) }
    }
    return result
  }

  /// The largest square that the operation Cutout removes, as the length of its side in pixels; 0 where it never does.
  public var largestCutout: Int {
    let sides = alternatives.flatMap(\.steps)
      .filter { $0.operation == .cutout && $0.probability > 0 }.map(\.parameter)
    return Int(sides.max() ?? 0)
  }
}
