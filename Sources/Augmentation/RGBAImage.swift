/// One 8-bit image with an alpha channel.
///
/// Alpha 0 means "no data here": such a pixel becomes the mean colour when the image is normalised.
public struct RGBAImage: Equatable, Sendable {
  public let width: Int
  public let height: Int
  /// The bytes R, G, B, A of each pixel, row by row: `width * height * 4` of them.
  public let pixels: [UInt8]

  /// Makes an image; a number of bytes other than `width * height * 4` is a programmer's error.
  public init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(
      width >= 0 && height >= 0 && pixels.count == width * height * 4, "pixels do not fill the image")
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// Makes an opaque image from interleaved RGB bytes, `width * height * 3` of them.
  public init(width: Int, height: Int, rgb: some Collection<UInt8>) {
    precondition(width >= 0 && height >= 0 && rgb.count == width * height * 3, "pixels do not fill the image")
    var pixels: [UInt8] = []
    pixels.reserveCapacity(width * height * 4)
    for (index, byte) in rgb.enumerated() {
      pixels.append(byte)
      if index % 3 == 2 { pixels.append(255) }
    }
    self.init(width: width, height: height, pixels: pixels)
  }

  /// Returns the image with one operation applied to it.
  ///
  /// - Parameters:
  ///   - parameter: The strength in the operation's unit; outside its range is a programmer's error.
  ///   - center: The column and row in the middle of an operation that has one; it may lie outside the image.
  public func applying(
    _ operation: Operation, parameter: Double, center: (x: Int, y: Int) = (0, 0)
  ) -> RGBAImage {
    applying(operation, parameter: parameter, center: center, on: .chosen)
  }

  /// Returns the image with one operation applied to it, by chosen instructions.
  package func applying(
    _ operation: Operation, parameter: Double, center: (x: Int, y: Int), on instructions: InstructionSet
  ) -> RGBAImage {
    precondition(
      operation.parameters.contains(parameter),
      "\(operation.name): a parameter outside \(operation.parameters)")
    guard width > 0, height > 0 else { return self }
    var canvas = Canvas(width: width, height: height, kernels: instructions.kernels)
    canvas.load(self)
    operation.kernel(&canvas, OperationArguments(parameter: parameter, center: center))
    return canvas.image()
  }
}
