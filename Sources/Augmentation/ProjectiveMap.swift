/// A projective map from a place in a new image to its place in the old: x' = (a·x + b·y + c) / w, y' = (d·x + e·y + f) / w,
/// where w = g·x + h·y + 1.
///
/// Places are those of ``AffineMap``, which has the first six coefficients. Where g and h are 0 the map is affine.
public struct ProjectiveMap: Hashable, Sendable {
  /// The coefficients a to f.
  public var affine: AffineMap
  /// The share of the new x in the divisor.
  public var g: Double
  /// The share of the new y in the divisor.
  public var h: Double

  /// A map of eight coefficients; of six where the last two are left out.
  public init(_ affine: AffineMap, g: Double = 0, h: Double = 0) {
    (self.affine, self.g, self.h) = (affine, g, h)
  }

  /// The map that leaves every place where it is.
  public static let identity = ProjectiveMap(.identity)

  /// Whether the map is affine, so that parallel lines stay parallel.
  public var isAffine: Bool { g == 0 && h == 0 }

  /// The old place of a new one; it has no finite numbers where the divisor is 0.
  public func place(x: Double, y: Double) -> (x: Double, y: Double) {
    let divisor = g * x + h * y + 1
    return (
      (affine.a * x + affine.b * y + affine.c) / divisor, (affine.d * x + affine.e * y + affine.f) / divisor
    )
  }

  /// The coefficients a, b, c, d, e, f; then g and h where the map is not affine.
  public var coefficients: [Double] {
    [affine.a, affine.b, affine.c, affine.d, affine.e, affine.f] + (isAffine ? [] : [g, h])
  }
}
