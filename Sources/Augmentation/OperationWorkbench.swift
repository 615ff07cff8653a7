import Images

/// Images of one size on which an operation runs alone, again and again from the same pixels, to measure its speed.
public final class OperationWorkbench {
  private final class Place {
    var canvas: Canvas
    init(_ image: RGBAImage) {
      canvas = Canvas(width: image.width, height: image.height)
      canvas.load(image)
    }
  }

  private let images: [RGBAImage]
  private let places: [Place]

  /// Lays out images; an image without pixels is a programmer's error.
  public init(_ images: [RGBAImage]) {
    self.images = images
    places = images.map(Place.init)
  }

  /// Applies an operation once to every image.
  public func apply(_ operation: Operation, parameter: Double, center: (x: Int, y: Int), key: UInt64 = 0) {
    let arguments = OperationArguments(parameter: parameter, center: center, key: key)
    for place in places { operation.kernel(&place.canvas, arguments) }
  }

  /// Makes every image what it was at first.
  public func restore() {
    for (place, image) in zip(places, images) { place.canvas.load(image) }
  }
}
