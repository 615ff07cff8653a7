/// An affine map from a place in a new image to its place in the old: x' = a·x + b·y + c, y' = d·x + e·y + f.
///
/// Places are in pixels from the top left corner of the image, so the middle of its first pixel is (0.5, 0.5).
public struct AffineMap: Hashable, Sendable {
  /// The share of the new x in the old x.
  public var a: Double
  /// The share of the new y in the old x.
  public var b: Double
  /// The old x of the new image's corner.
  public var c: Double
  /// The share of the new x in the old y.
  public var d: Double
  /// The share of the new y in the old y.
  public var e: Double
  /// The old y of the new image's corner.
  public var f: Double

  /// A map of six coefficients.
  public init(a: Double, b: Double, c: Double, d: Double, e: Double, f: Double) {
    (self.a, self.b, self.c, self.d, self.e, self.f) = (a, b, c, d, e, f)
  }

  /// The map that leaves every place where it is.
  public static let identity = AffineMap(a: 1, b: 0, c: 0, d: 0, e: 1, f: 0)
}
