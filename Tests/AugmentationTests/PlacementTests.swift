import Augmentation
import Images
import Testing

/// Flips, Zoom and Perspective, against their definitions.
@Suite struct PlacementTests {
  static let sizes = [(1, 1), (1, 9), (9, 1), (2, 2), (5, 3), (32, 32), (33, 31), (20, 90)]

  /// Moves an image pixel by pixel: each comes from a place in the old image, or from nowhere.
  private static func moved(_ image: RGBAImage, from place: (Int, Int) -> (Int, Int)?) -> RGBAImage {
    let places = (0..<image.width * image.height).map { place($0 % image.width, $0 / image.width) }
    return RGBAImage(
      width: image.width, height: image.height,
      pixels: places.flatMap { $0.map { image.pixel($0.0, $0.1) } ?? [0, 0, 0, 0] })
  }

  @Test(arguments: sizes) func flipsMirror(width: Int, height: Int) {
    let image = noiseImage(width: width, height: height)
    let (across, down) = (
      image.applying(.flipHorizontal, parameter: 0), image.applying(.flipVertical, parameter: 0)
    )
    #expect(across == Self.moved(image) { (width - 1 - $0, $1) })
    #expect(down == Self.moved(image) { ($0, height - 1 - $1) })
    #expect(across.applying(.flipHorizontal, parameter: 0) == image)
    #expect(down.applying(.flipVertical, parameter: 0) == image)
  }

  /// Places are found by adding up, as the reference does it.
  @Test(arguments: sizes) func zoomTakesTheNearestPixel(width: Int, height: Int) {
    let image = noiseImage(width: width, height: height)
    func places(_ count: Int, _ step: Double) -> [Int?] {
      var place = Double(count) / 2 * (1 - step) + step * 0.5
      return (0..<count).map { _ in
        defer { place += step }
        return place >= 0 && place < Double(count) ? Int(place) : nil
      }
    }
    for parameter in [0, 0.05, 0.35, 1.0 / 3, 0.45, 1, 2.5, 9] {
      for (signed, step) in [(parameter, 1 / (1 + parameter)), (-parameter, 1 + parameter)] {
        let (columns, rows) = (places(width, step), places(height, step))
        let expected = Self.moved(image) { x, y in columns[x].flatMap { x in rows[y].map { (x, $0) } } }
        #expect(image.applying(.zoom, parameter: signed) == expected, "\(signed)")
      }
    }
    #expect(image.applying(.zoom, parameter: 0) == image)
  }

  @Test func zoomTakesImagesOfAnyWidth() {
    let image = noiseImage(width: 70_000, height: 2)
    #expect(image.applying(.zoom, parameter: 1).pixel(69_999, 0) == image.pixel(52_499, 0))
    #expect(image.applying(.zoom, parameter: -1).pixel(52_499, 0) == image.pixel(69_999, 0))
  }

  /// No operation has a limit of its own: the sides are beyond 16 bits.
  @Test(arguments: Operation.catalogue) func everyOperationTakesLongImages(operation: Augmentation.Operation)
  {
    for (width, height) in [(70_001, 1), (1, 70_001)] {
      let image = noiseImage(width: width, height: height)
      for magnitude in [3, 9] {
        let parameter = operation.parameter(magnitude: magnitude)
        for signed in operation.isSigned ? [parameter, -parameter] : [parameter] {
          let applied = image.applying(operation, parameter: signed, center: (width / 2, height / 2), key: 3)
          #expect(applied.width == width && applied.height == height)
          let plain = image.applying(
            operation, parameter: signed, center: (width / 2, height / 2), key: 3, on: .plain)
          #expect(applied == plain, "\(signed)")
        }
      }
    }
  }

  @Test func twiceTheSizeDoublesTheMiddle() {
    let image = noiseImage(width: 12, height: 8)
    #expect(image.applying(.zoom, parameter: 1) == Self.moved(image) { (3 + $0 / 2, 2 + $1 / 2) })
    let half = image.applying(.zoom, parameter: -1)
    for y in 0..<8 {
      for x in 0..<12 {
        let isInside = (3..<9).contains(x) && (2..<6).contains(y)
        #expect(half.pixel(x, y) == (isInside ? image.pixel(2 * x - 5, 2 * y - 3) : [0, 0, 0, 0]))
      }
    }
  }

  /// The corners that a key stands for: upper left, upper right, lower right, lower left.
  private static func corners(_ parameter: Double, key: UInt64, width: Int, height: Int) -> [(Double, Double)]
  {
    var random = RandomStream(seed: key, domain: .operation)
    return [(0.0, 0.0), (1, 0), (1, 1), (0, 1)].map { x, y in
      let (across, down) = (random.uniform() * parameter / 2, random.uniform() * parameter / 2)
      return ((x == 0 ? across : 1 - across) * Double(width), (y == 0 ? down : 1 - down) * Double(height))
    }
  }

  @Test(arguments: [(1, 1), (32, 32), (7, 300), (640, 480)])
  func perspectiveTakesTheCornersOfTheImageToThoseOfTheSheet(width: Int, height: Int) throws {
    let movement = try #require(Operation.perspective.movement)
    let ends = [(0, 0), (width, 0), (width, height), (0, height)].map { (Double($0), Double($1)) }
    for key in 0..<400 as Range<UInt64> {
      let parameter = [0.05, 0.3, 0.45, 0.6][Int(key % 4)]
      let arguments = OperationArguments(parameter: parameter, key: key)
      let map = movement(arguments, width, height)
      let corners = Self.corners(parameter, key: key, width: width, height: height)
      for (corner, end) in zip(corners, ends) {
        let place = map.place(x: corner.0, y: corner.1)
        let tolerance = 1e-9 * Double(max(width, height))
        #expect(abs(place.x - end.0) < tolerance && abs(place.y - end.1) < tolerance, "key \(key)")
      }
      // Convex: every corner turns the same way.
      for index in 0..<4 {
        let (a, b, c) = (corners[index], corners[(index + 1) % 4], corners[(index + 2) % 4])
        #expect((b.0 - a.0) * (c.1 - b.1) - (b.1 - a.1) * (c.0 - b.0) > 0, "key \(key)")
      }
    }
    #expect(movement(OperationArguments(parameter: 0, key: 5), width, height) == .identity)
  }

  @Test(arguments: sizes) func perspectiveTakesThePixelAtThePlace(width: Int, height: Int) throws {
    let image = noiseImage(width: width, height: height)
    let movement = try #require(Operation.perspective.movement)
    for key in 0..<40 as Range<UInt64> {
      for parameter in [0, 0.1, 0.45, 0.6] {
        let map = movement(OperationArguments(parameter: parameter, key: key), width, height)
        let (a, b, c, d, e, f) = (
          map.affine.a, map.affine.b, map.affine.c, map.affine.d, map.affine.e, map.affine.f
        )
        let expected = Self.moved(image) {
          let (x, y) = (Double($0) + 0.5, Double($1) + 0.5)
          let divisor = map.g * x + map.h * y + 1
          let (oldX, oldY) = ((a * x + b * y + c) / divisor, (d * x + e * y + f) / divisor)
          let isInside = (0..<Double(width)).contains(oldX) && (0..<Double(height)).contains(oldY)
          return isInside ? (Int(oldX), Int(oldY)) : nil
        }
        #expect(image.applying(.perspective, parameter: parameter, key: key) == expected)
      }
    }
  }

  /// All keys show the middle of the image, and the strongest leaves at most a part of it blank.
  @Test func perspectiveShowsMostOfTheImage() {
    let image = constantImage(width: 40, height: 40, [7, 8, 9, 255])
    for key in 0..<200 as Range<UInt64> {
      let shown = image.applying(.perspective, parameter: 0.6, key: key)
      let count = shown.alphas.count { $0 == 255 }
      #expect((400...1600).contains(count) && shown.pixel(20, 20) == [7, 8, 9, 255])
      #expect(Set(shown.alphas).isSubset(of: [0, 255]))
    }
  }

  /// Every set of instructions has the pixels of the plain code for every key and width.
  @Test(arguments: KernelBitsTests.sets) func perspectiveHasTheBitsOfThePlainCode(set: InstructionSet) {
    for width in 1...70 {
      let image = noiseImage(width: width, height: 1 + width * 7 % 40, seed: UInt64(width))
      for key in 0..<12 as Range<UInt64> {
        let parameter = Double(key + 1) / 20
        func applied(_ set: InstructionSet) -> RGBAImage {
          image.applying(.perspective, parameter: parameter, center: (0, 0), key: key, on: set)
        }
        #expect(applied(set) == applied(.plain), "\(set) \(parameter) \(width)")
      }
    }
  }
}
