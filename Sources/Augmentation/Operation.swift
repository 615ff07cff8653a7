/// One of the augmentation operations that a policy is made of.
///
/// An operation is known by its name alone: equality, hashing and coding use nothing else. Each is defined in a
/// file of its own under `Operations/` and listed in ``searchOrder``; nothing else knows the names.
public struct Operation: Sendable {
  /// The name that policies and schedules use, for instance `TranslateX`.
  public let name: String
  /// Whether the operation has a direction, drawn at random when a policy applies it.
  public let isSigned: Bool
  /// Whether the magnitude changes what the operation does.
  public let usesMagnitude: Bool
  /// Whether the operation has a place in the image, drawn at random when a policy applies it.
  public let usesCenter: Bool

  let kernel: Kernel

  /// Changes a canvas in place; everything that varies is in the arguments.
  typealias Kernel = @Sendable (inout Canvas, OperationArguments) -> Void

  init(
    name: String, isSigned: Bool = false, usesMagnitude: Bool = true, usesCenter: Bool = false,
    kernel: @escaping Kernel
  ) {
    self.name = name
    self.isSigned = isSigned
    self.usesMagnitude = usesMagnitude
    self.usesCenter = usesCenter
    self.kernel = kernel
  }

  /// Finds an operation by its name; throws ``AugmentationError/unknownOperation(name:nearest:)`` if there is none.
  public init(named name: String) throws {
    guard let found = Self.searchOrder.first(where: { $0.name == name }) else {
      throw AugmentationError.unknownOperation(
        name: name, nearest: nearestName(to: name, among: Self.searchOrder.map(\.name)))
    }
    self = found
  }
}

extension Operation {
  /// The fifteen operations in the order in which a 60-number search vector lists them.
  public static let searchOrder: [Operation] = [
    rotate, translateX, translateY, brightness, color, invert, sharpness, posterize, shearX, solarize, shearY,
    equalize, autoContrast, cutout, contrast,
  ]
}

extension Operation: Hashable {
  public static func == (first: Operation, second: Operation) -> Bool { first.name == second.name }

  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

extension Operation: Codable {
  public init(from decoder: any Decoder) throws {
    try self.init(named: decoder.singleValueContainer().decode(String.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(name)
  }
}

extension Operation: CustomStringConvertible {
  public var description: String { name }
}
