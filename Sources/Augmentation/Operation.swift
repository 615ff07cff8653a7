import Images
import Text

/// One of the augmentation operations that a policy is made of.
///
/// An operation is known by its name alone: equality, hashing and coding use nothing else. Each is defined in a
/// file of its own under `Operations/` and listed in ``catalogue``; nothing else knows the names.
///
/// How strongly it acts is one real number in the operation's own unit. The magnitudes of a search, 0...9, are a
/// scale of such numbers; other policies have scales of their own.
public struct Operation: Sendable {
  /// The name that policies and schedules use, for instance `TranslateX`.
  public let name: String
  /// What the parameter counts.
  public let unit: ParameterUnit
  /// The parameters that have a meaning.
  public let parameters: ClosedRange<Double>
  /// Whether a search's policy draws a direction at random when it applies the operation.
  public let isSigned: Bool
  /// Whether the operation has a place in the image, drawn at random when a policy applies it.
  public let usesCenter: Bool
  /// Whether the operation has random numbers of its own, which follow from a key drawn when a policy applies it.
  public let usesKey: Bool
  /// A parameter in pixels takes effect in multiples of this many; 0 where every length has an effect of its own.
  public let grain: Int
  /// Where the operation moves pixels; nil where every pixel stays in its place.
  ///
  /// Labels of pixels and boxes follow it, see ``ImageAugmenter``.
  public let movement: Movement?

  /// The map of an application: from its arguments and the image's width and height in pixels.
  public typealias Movement =
    @Sendable (_ arguments: OperationArguments, _ width: Int, _ height: Int) ->
    ProjectiveMap

  /// Returns the parameter of a magnitude in 0...9.
  private let scale: @Sendable (Int) -> Double
  let kernel: Kernel

  /// Changes a canvas in place; everything that varies is in the arguments.
  typealias Kernel = @Sendable (inout Canvas, OperationArguments) -> Void

  init(
    name: String, unit: ParameterUnit, parameters: ClosedRange<Double> = 0...0, isSigned: Bool = false,
    usesCenter: Bool = false, usesKey: Bool = false, grain: Int = 1,
    scale: @escaping @Sendable (_ magnitude: Int) -> Double = { _ in 0 },
    movement: Movement? = nil, kernel: @escaping Kernel
  ) {
    self.name = name
    self.unit = unit
    self.parameters = parameters
    self.isSigned = isSigned
    self.usesCenter = usesCenter
    self.usesKey = usesKey
    self.grain = grain
    self.scale = scale
    self.movement = movement
    self.kernel = kernel
  }

  /// Makes an operation that the program does not know, of a function from image to image.
  ///
  /// It has its place in a program, in a `SearchSpace` and in pictures; files name operations only, so a schedule that
  /// holds it is read where the operation is known, and nowhere else. The function is called on several threads. It costs
  /// a copy of the image more than an operation of ``catalogue``, which works in place.
  ///
  ///     let tint = Operation(
  ///       name: "Tint", unit: .level, parameters: 0...256, scale: { Double(20 * $0) }
  ///     ) { image, arguments in
  ///       let least = UInt8(clamping: Int(arguments.parameter))
  ///       let pixels = image.pixels.enumerated().map { $0.offset % 4 == 0 ? max($0.element, least) : $0.element }
  ///       return RGBAImage(width: image.width, height: image.height, pixels: pixels)
  ///     }
  ///
  /// A programmer's error is a name that stands in ``catalogue`` or has other characters than ASCII letters and digits.
  ///
  /// - Parameters:
  ///   - name: the name by which the operation is known.
  ///   - unit: what the parameter counts.
  ///   - parameters: the parameters that have a meaning; for a signed operation those of both directions.
  ///   - isSigned: whether a search's policy draws a direction at random.
  ///   - usesCenter: whether a place in the image is drawn for each application.
  ///   - usesKey: whether a key is drawn for each application, from which ``OperationArguments/random`` follows.
  ///   - grain: a parameter in pixels takes effect in multiples of this many; 0 where every length has an effect.
  ///   - scale: the parameter of a magnitude in 0...9.
  ///   - movement: where pixels go, if they do not stay in their places.
  ///   - apply: the changed image, of the same size; alpha 0 marks pixels without data.
  public init(
    name: String, unit: ParameterUnit, parameters: ClosedRange<Double> = 0...0, isSigned: Bool = false,
    usesCenter: Bool = false, usesKey: Bool = false, grain: Int = 1,
    scale: @escaping @Sendable (_ magnitude: Int) -> Double = { _ in 0 },
    movement: Movement? = nil,
    apply: @escaping @Sendable (RGBAImage, OperationArguments) -> RGBAImage
  ) {
    precondition(
      !name.isEmpty
        && name.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || Self.isLetter($0) },
      "operation: found the name \(name.debugDescription), expected ASCII letters and digits")
    precondition(
      !Self.catalogue.contains { $0.name == name }, "operation: \(name) is in the catalogue already")
    self.init(
      name: name, unit: unit, parameters: parameters, isSigned: isSigned, usesCenter: usesCenter,
      usesKey: usesKey, grain: grain,
      scale: scale, movement: movement
    ) { canvas, arguments in
      canvas.load(apply(canvas.image(), arguments))
    }
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
  }

  /// Whether the operation has a parameter at all.
  public var usesParameter: Bool { unit != .none }

  /// The magnitudes that a search's policy can hold.
  public static let magnitudes = 0...9

  /// Returns the parameter that a magnitude of the search stands for; one outside 0...9 is a programmer's error.
  ///
  /// For an operation with a direction it is the positive one; the other is its negative.
  public func parameter(magnitude: Int) -> Double {
    precondition(
      Self.magnitudes.contains(magnitude), "magnitude: found \(magnitude), expected \(Self.magnitudes)")
    return scale(magnitude)
  }

  /// Finds an operation by its name; throws ``AugmentationError/unknownOperation(name:nearest:)`` if there is none.
  public init(named name: String) throws {
    guard let found = Self.catalogue.first(where: { $0.name == name }) else {
      throw AugmentationError.unknownOperation(
        name: name, nearest: nearestName(to: name, among: Self.catalogue.map(\.name)))
    }
    self = found
  }
}

extension Operation {
  /// All operations that the program knows, in the order in which lists and pictures show them.
  ///
  /// What a search chooses among, and how logs of the original number them, are lists of their own.
  public static let catalogue: [Operation] = [
    rotate, translateX, translateY, brightness, color, invert, sharpness, posterize, shearX, solarize, shearY,
    equalize, autoContrast, cutout, contrast,
    flipHorizontal, flipVertical, grayscale, gamma, hue, channelShuffle, zoom, perspective,
    gaussianBlur, jpegCompression, gaussianNoise, erase,
  ]
}

extension Operation: Hashable {
  /// Operations with the same name are equal.
  public static func == (first: Operation, second: Operation) -> Bool { first.name == second.name }

  /// Hashes the name.
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

extension Operation: Codable {
  /// The operation of a name; throws for a name that no operation has.
  public init(from decoder: any Decoder) throws {
    try self.init(named: decoder.singleValueContainer().decode(String.self))
  }

  /// Encodes the name.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(name)
  }
}

extension Operation: CustomStringConvertible {
  /// The name.
  public var description: String { name }
}
