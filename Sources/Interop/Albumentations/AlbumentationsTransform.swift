import Augmentation
import Foundation
import Policies
import Text

/// Operations as transforms of Albumentations 2, in the form of its own JSON files.
///
/// Rotate, TranslateX, TranslateY, Brightness, Invert, Posterize and Solarize have the pixels of this program, of a
/// rotation but for single ones; Contrast and Color differ by one or two levels. Flips have the same pixels, Grayscale and
/// Gamma differ by one level. The others are the nearest that there is.
enum AlbumentationsTransform {
  /// An entry of a policy, with both directions where it has two.
  ///
  /// - Parameters:
  ///   - entry: the entry.
  ///   - weight: the transform's `p`.
  /// - Returns: the transform.
  /// - Throws: `PolicyError` for an operation that Albumentations has no counterpart of.
  static func json(_ entry: PolicyEntry, weight: Double) throws(PolicyError) -> JSONValue {
    let parameter = entry.parameter
    guard entry.scaled.isSigned, parameter != 0 else {
      return try json(entry.operation, parameter, weight: weight)
    }
    return list(
      "OneOf",
      [
        try json(entry.operation, parameter, weight: 0.5), try json(entry.operation, -parameter, weight: 0.5),
      ], weight: weight)
  }

  /// A transform that holds others.
  static func list(
    _ name: String, _ transforms: [JSONValue], weight: Double, _ others: [String: JSONValue] = [:]
  ) -> JSONValue {
    make(name, weight, others.merging(["transforms": .array(transforms)]) { $1 })
  }

  /// The transform that changes nothing.
  static func nothing(weight: Double) -> JSONValue { make("NoOp", weight) }

  private static func make(
    _ name: String, _ weight: Double, _ arguments: [String: JSONValue] = [:]
  ) -> JSONValue {
    .object(arguments.merging(["__class_fullname__": .string(name), "p": .number(weight)]) { $1 })
  }

  /// A range of one number.
  private static func only(_ value: Double) -> JSONValue { .array([.number(value), .number(value)]) }

  private static func only(_ value: Int) -> JSONValue { .array([.integer(value), .integer(value)]) }

  /// Nearest neighbours, and black where nothing comes from.
  private static let resampling: [String: JSONValue] = [
    "interpolation": .integer(0), "border_mode": .integer(0), "fill": .integer(0),
  ]

  private static func affine(_ weight: Double, _ arguments: [String: JSONValue]) -> JSONValue {
    make("Affine", weight, resampling.merging(arguments) { $1 })
  }

  /// A pair of ranges of which one is that of a number, and the other that of 0.
  private static func along(_ axis: String, _ value: Double) -> JSONValue {
    .object(["x": only(axis == "x" ? value : 0), "y": only(axis == "y" ? value : 0)])
  }

  private static func shear(_ axis: String, _ slope: Double, _ weight: Double) -> JSONValue {
    affine(
      weight,
      [
        "shear": along(axis, atan(slope) * 180 / .pi),
        // Albumentations shears about the middle, this program about the corner.
        "translate_percent": along(axis, -slope / 2),
      ])
  }

  private static func translate(_ axis: String, _ pixels: Double, _ weight: Double) -> JSONValue {
    let shift = -Int(pixels)
    return affine(
      weight,
      [
        "translate_px": .object([
          "x": only(axis == "x" ? shift : 0), "y": only(axis == "y" ? shift : 0),
        ])
      ])
  }

  private static func jitter(_ property: String, _ factor: Double, _ weight: Double) -> JSONValue {
    var arguments: [String: JSONValue] = ["hue": only(0.0)]
    for name in ["brightness", "contrast", "saturation"] {
      arguments[name] = only(name == property ? factor : 1)
    }
    return make("ColorJitter", weight, arguments)
  }

  private static func hue(_ turns: Double, _ weight: Double) -> JSONValue {
    make(
      "ColorJitter", weight,
      ["brightness": only(1.0), "contrast": only(1.0), "saturation": only(1.0), "hue": only(turns)])
  }

  private static func zoom(_ enlargement: Double, _ weight: Double) -> JSONValue {
    affine(weight, ["scale": only(enlargement > 0 ? 1 + enlargement : 1 / (1 - enlargement))])
  }

  private static func blur(_ deviation: Double, _ weight: Double) -> JSONValue {
    make("GaussianBlur", weight, ["blur_limit": only(0), "sigma_limit": only(deviation)])
  }

  /// One of four shapes, since Albumentations' own `Erasing` fails where a shape that it draws does not fit.
  private static func erase(_ share: Double, _ weight: Double) -> JSONValue {
    // The middles of both halves of 1...10/3. A side of all the image would be taken for one pixel.
    let sides = [19.0 / 12, 33.0 / 12].map { ratio in
      let long = min((share * ratio).squareRoot(), 0.999_999)
      return (long: long, short: min(share / long, 0.999_999))
    }
    let shapes = sides + sides.map { (long: $0.short, short: $0.long) }
    return list(
      "OneOf",
      shapes.map { height, width in
        make(
          "CoarseDropout", 0.25,
          [
            "num_holes_range": only(1), "hole_height_range": only(height), "hole_width_range": only(width),
            "fill": .string("random"),
          ])
      }, weight: weight)
  }

  /// Above 1 the same filter as Pillow's; below 1 a blur that leaves a pixel the same share of itself.
  private static func sharpness(_ factor: Double, _ weight: Double) -> JSONValue {
    // Pillow mixes with a mean of which a pixel's own share is 5/13, and that of each neighbour 1/13.
    if factor > 1 {
      return make(
        "Sharpen", weight,
        ["alpha": only((factor - 1) / 13), "lightness": only(1.0), "method": .string("kernel")])
    }
    let share = factor + (1 - factor) * 5 / 13
    let neighbour = (1 / share.squareRoot() - 1) / 2
    return make(
      "GaussianBlur", weight,
      ["blur_limit": only(3), "sigma_limit": only((-1 / (2 * log(neighbour))).squareRoot())])
  }

  private static func cutout(_ side: Int, _ weight: Double) -> JSONValue {
    make(
      "CoarseDropout", weight,
      [
        "num_holes_range": only(1), "hole_height_range": only(side), "hole_width_range": only(side),
        "fill": .array([.integer(125), .integer(122), .integer(113)]),
      ])
  }

  /// Operations that change nothing at some strength.
  private static func changesNothing(_ operation: Augmentation.Operation, _ parameter: Double) -> Bool {
    switch operation {
    case .rotate, .translateX, .translateY, .shearX, .shearY: parameter == 0
    case .brightness, .color, .contrast, .sharpness: parameter == 1
    case .cutout: parameter < 2
    case .solarize: parameter > 255
    case .posterize: parameter >= 8
    case .gamma: parameter == 1
    case .zoom, .gaussianBlur, .gaussianNoise, .erase: parameter == 0
    default: false
    }
  }

  private static func json(
    _ operation: Augmentation.Operation, _ parameter: Double, weight: Double
  ) throws(PolicyError) -> JSONValue {
    if changesNothing(operation, parameter) { return nothing(weight: weight) }
    switch operation {
    case .rotate:
      return make("Rotate", weight, resampling.merging(["limit": only(parameter)]) { $1 })
    case .translateX: return translate("x", parameter, weight)
    case .translateY: return translate("y", parameter, weight)
    case .shearX: return shear("x", parameter, weight)
    case .shearY: return shear("y", parameter, weight)
    case .brightness: return jitter("brightness", parameter, weight)
    case .contrast: return jitter("contrast", parameter, weight)
    case .color: return jitter("saturation", parameter, weight)
    case .sharpness:
      // Its mixture with the sharpened image is a share.
      guard parameter <= 14 else {
        throw PolicyError(
          found: "Sharpness by the factor \(parameter)",
          expected: "at most 14, which Albumentations takes; export as json or torchvision")
      }
      return sharpness(parameter, weight)
    case .posterize: return make("Posterize", weight, ["num_bits": only(Int(parameter))])
    case .solarize: return make("Solarize", weight, ["threshold_range": only(parameter / 255)])
    case .invert: return make("InvertImg", weight)
    case .equalize:
      return make("Equalize", weight, ["mode": .string("pil"), "by_channels": .bool(true)])
    case .autoContrast:
      return make("AutoContrast", weight, ["method": .string("pil"), "cutoff": .integer(0)])
    case .cutout: return cutout(Int(parameter) / 2 * 2, weight)
    case .flipHorizontal: return make("HorizontalFlip", weight)
    case .flipVertical: return make("VerticalFlip", weight)
    case .grayscale:
      return make(
        "ToGray", weight, ["num_output_channels": .integer(3), "method": .string("weighted_average")])
    // In hundredths, at least one.
    case .gamma: return make("RandomGamma", weight, ["gamma_limit": only(max(parameter * 100, 1))])
    case .hue: return hue(parameter, weight)
    case .channelShuffle: return make("ChannelShuffle", weight)
    case .zoom: return zoom(parameter, weight)
    case .gaussianBlur: return blur(parameter, weight)
    case .jpegCompression:
      let quality = Int(parameter.rounded())
      return make(
        "ImageCompression", weight,
        ["compression_type": .string("jpeg"), "quality_range": only(quality)])
    case .gaussianNoise:
      return make("GaussNoise", weight, ["std_range": only(parameter / 255), "mean_range": only(0.0)])
    case .erase: return erase(parameter, weight)
    default:
      throw PolicyError(
        found: "the operation \(operation.name)",
        expected: "one that Albumentations has a counterpart of; export as json or torchvision")
    }
  }
}
