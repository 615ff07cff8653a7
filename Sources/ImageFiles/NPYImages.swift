import Images

extension NPYArray {
  /// The images of an array of shape [N,H,W,3] or [N,H,W,4]; three channels get an opaque alpha.
  ///
  /// `name` stands for the array in errors.
  public func images(name: String) throws -> [RGBAImage] {
    guard shape.count == 4, shape[1] > 0, shape[2] > 0, shape[3] == 3 || shape[3] == 4 else {
      throw ImageFileError(
        file: name, problem: "found an array of shape \(shape), expected [N, H, W, 3] or [N, H, W, 4]",
        cure: "bring the array into that shape, image by image, row by row")
    }
    let (height, width, channels) = (shape[1], shape[2], shape[3])
    return (0..<shape[0]).map { image in
      let start = image * height * width * channels
      let source = bytes[start..<start + height * width * channels]
      return channels == 4
        ? RGBAImage(width: width, height: height, pixels: Array(source))
        : RGBAImage(width: width, height: height, rgb: source)
    }
  }

  /// Stacks images of one size into an array of shape [N,H,W,4], or [N,H,W,3] with the alpha left out.
  public init(_ images: [RGBAImage], keepAlpha: Bool) throws {
    let (height, width) = (images.first?.height ?? 0, images.first?.width ?? 0)
    let channels = keepAlpha ? 4 : 3
    var bytes: [UInt8] = []
    bytes.reserveCapacity(images.count * height * width * channels)
    for (index, image) in images.enumerated() {
      guard image.width == width, image.height == height else {
        throw ImageFileError(
          file: "array",
          problem: "found image \(index) of \(image.width) × \(image.height) pixels, expected "
            + "\(width) × \(height) as the first", cure: "stack images of one size")
      }
      bytes += keepAlpha ? image.pixels : droppingAlpha(image.pixels)
    }
    try self.init(shape: [images.count, height, width, channels], bytes: bytes)
  }
}
