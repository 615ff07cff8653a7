/// The order of an 8-bit image's bytes in memory.
public enum PixelLayout: CaseIterable, Sendable {
  /// Pixel after pixel, three bytes each: red, green, blue.
  case rgb
  /// All of red, then all of green, then all of blue.
  case planar
  /// Pixel after pixel, four bytes each: red, green, blue and one without meaning.
  case rgbx

  /// The bytes of a pixel.
  public var bytesPerPixel: Int { self == .rgbx ? 4 : 3 }
}
