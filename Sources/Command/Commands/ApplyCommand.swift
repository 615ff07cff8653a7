import ArgumentParser
import Augmentation
import Files
import Foundation
import ImageFiles
import Images

/// `pba apply`: one operation with explicit parameters.
struct ApplyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply", abstract: "Apply one operation to an image, or to an array of images.",
    discussion: """
      IN and OUT are both PNG, or both NPY (uint8 of shape [N, H, W, 3] or [N, H, W, 4]). The result has the channels of \
      the input; a PNG with alpha keeps it.

      The strength is a magnitude of the search, or the parameter itself, in the operation's own unit, as `pba policy \
      show` prints it. Operations without a parameter need neither: \
      \(Operation.catalogue.filter { !$0.usesParameter }.map(\.name).joined(separator: ", ")).
      """)

  @Argument(help: "The operation: \(Operation.catalogue.map(\.name).joined(separator: ", ")).")
  var operation: String

  @Argument(help: "The image: a PNG or NPY file.")
  var input: String

  @Argument(help: "The file to write.")
  var output: String

  @Option(parsing: .unconditional, help: "The magnitude, 0 to 9.")
  var magnitude: Int?

  @Option(
    parsing: .unconditional, help: "The parameter in the operation's own unit, in place of a magnitude.")
  var parameter: Double?

  @Flag(help: "The negative direction of an operation that has one; for a magnitude.")
  var negative = false

  @Option(parsing: .unconditional, help: "X,Y: the centre of Cutout. (default: the middle of the image)")
  var center: Center?

  @Option(
    help: ArgumentHelp(
      "What the random numbers of an operation follow from: \(Self.withKey). (default: 0)", valueName: "n"))
  var key: UInt64?

  private static let withKey = Operation.catalogue.filter(\.usesKey).map(\.name).joined(separator: ", ")

  struct Center: ExpressibleByArgument {
    let x: Int
    let y: Int

    init?(argument: String) {
      let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
      let places = -1 << 30...1 << 30
      guard parts.count == 2, let x = parts[0], let y = parts[1], places.contains(x), places.contains(y)
      else { return nil }
      (self.x, self.y) = (x, y)
    }
  }

  func validate() throws {
    let operation = try namedOperation()
    _ = try strength(of: operation)
    if center != nil, !operation.usesCenter {
      throw ValidationError("--center: \(operation.name) has no centre")
    }
    if key != nil, !operation.usesKey {
      throw ValidationError("--key: \(operation.name) has no random numbers")
    }
    guard try format(input) == format(output) else {
      throw ValidationError("found \(input) and \(output), expected two files of the same kind")
    }
  }

  func run() throws {
    let operation = try namedOperation()
    if FileKind(at: output) != nil {
      let places = [input, output].map { URL(fileURLWithPath: $0).resolvingSymlinksInPath().path }
      guard places[0] != places[1] else {
        throw SettingsError(
          "\(output): found the same file as IN and OUT, expected another one for the result")
      }
      printNote("\(output) was there and is written over")
    }
    let parameter = try strength(of: operation)
    func apply(_ image: RGBAImage) -> RGBAImage {
      let middle = (x: image.width / 2, y: image.height / 2)
      return image.applying(
        operation, parameter: parameter, center: center.map { ($0.x, $0.y) } ?? middle, key: key ?? 0)
    }
    switch try format(input) {
    case .png:
      let image = try readPNG(input)
      // Transparent palette entries have no channel of their own, but are alpha too.
      try writePNG(
        apply(image), to: output, keepAlpha: try pngHasAlphaChannel(input) || image.hasTransparency)
    case .npy:
      let array = try NPYArray(contentsOf: input)
      let images = try array.images(name: input)
      guard !images.isEmpty else { return try array.write(to: output) }
      try NPYArray(images.map(apply), keepAlpha: array.shape[3] == 4).write(to: output)
    }
  }

  private enum Format { case png, npy }

  private func format(_ path: String) throws -> Format {
    switch URL(fileURLWithPath: path).pathExtension.lowercased() {
    case "png": return .png
    case "npy": return .npy
    default: throw ValidationError("\(path): found another ending, expected .png or .npy")
    }
  }

  /// The parameter that the options say.
  private func strength(of operation: Augmentation.Operation) throws -> Double {
    switch (magnitude, parameter) {
    case (let magnitude?, nil):
      guard Augmentation.Operation.magnitudes.contains(magnitude) else {
        throw ValidationError("--magnitude: found \(magnitude), expected 0 to 9")
      }
      if negative, !operation.isSigned {
        throw ValidationError("--negative: \(operation.name) has no direction")
      }
      let parameter = operation.parameter(magnitude: magnitude)
      return negative ? -parameter : parameter
    case (nil, let parameter?):
      let range = operation.parameters
      guard operation.usesParameter else {
        throw ValidationError(
          "--parameter: \(operation.name) has none; leave the option out")
      }
      guard range.contains(parameter) else {
        throw ValidationError(
          "--parameter: found \(parameter), expected \(range.lowerBound) to \(range.upperBound) (\(operation.unit))"
        )
      }
      guard !negative else {
        throw ValidationError("--negative: goes with --magnitude; write the parameter with its sign")
      }
      return parameter
    case (nil, nil) where !operation.usesParameter:
      guard !negative else { throw ValidationError("--negative: \(operation.name) has no direction") }
      return operation.parameter(magnitude: 0)
    default:
      throw ValidationError("expected either --magnitude or --parameter")
    }
  }

  private func namedOperation() throws -> Augmentation.Operation {
    do {
      return try Augmentation.Operation(named: operation)
    } catch {
      throw ValidationError("\(error)")
    }
  }
}
