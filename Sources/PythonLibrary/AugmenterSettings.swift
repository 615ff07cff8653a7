import Augmentation
import Policies
import Text

/// How a policy is played, as callers give it: a JSON object, each key optional.
struct AugmenterSettings {
  /// The length of the training in epochs.
  var epochs: Int?
  /// The dataset's name, by which `autoaugment` chooses its policies.
  var dataset = "cifar10"
  /// How a schedule is played; nil for what the policy's own words say.
  var order: PolicyOrder?
  /// The trial whose random numbers are drawn.
  var trial = 0
  /// Whether lengths in pixels follow the size of the images.
  var scalesToSize = true
  /// The colour of pixels for which operations leave no data.
  var fill: (red: UInt8, green: UInt8, blue: UInt8) = (124, 116, 104)
  /// What makes normalised numbers of images; nil where nothing does.
  var tail: TailSettings?

  private static let keys = ["epochs", "dataset", "order", "trial", "scale_to_size", "fill", "tail"]

  init(jsonText: String) throws(PolicyError) {
    let root = try JSONField(JSONValue(parsing: jsonText.utf8, as: .json)).members("an object of settings")
    try root.refuseKeys(except: Self.keys)
    epochs = try root.optional("epochs")?.integer(in: 1...Schedule.longest)
    dataset = try root.optional("dataset")?.string("the name of a dataset") ?? dataset
    if let field = try root.optional("order") {
      let orders = PolicyOrder.allCases.map(\.rawValue).joined(separator: ", ")
      guard let order = PolicyOrder(rawValue: try field.string("one of \(orders)")) else {
        throw field.failure(expected: "one of \(orders)")
      }
      self.order = order
    }
    trial = try root.optional("trial")?.integer(in: 0...Int(UInt32.max)) ?? trial
    scalesToSize = try root.optional("scale_to_size")?.truth() ?? scalesToSize
    if let field = try root.optional("fill") {
      let levels = try field.three { field throws(PolicyError) in try field.integer(in: 0...255) }
      fill = (UInt8(levels[0]), UInt8(levels[1]), UInt8(levels[2]))
    }
    tail = try root.optional("tail").map { field throws(PolicyError) in try TailSettings(field) }
  }
}

/// Crop, flip, Cutout and normalisation, as callers give them.
struct TailSettings {
  /// The padding of the random crop in pixels; nil for the recipe's.
  var cropPadding: Int?
  /// Whether every second image, by chance, is mirrored.
  var flip = true
  /// The side of Cutout's square in pixels; nil for the policy's and the recipe's.
  var cutout: Int?
  /// The mean of R, G and B, of values in 0...1.
  var mean: [Float]
  /// The standard deviation of R, G and B, of values in 0...1.
  var standardDeviation: [Float]
  /// The order of the numbers of one image.
  var layout = BatchTail.Layout.nchw

  private static let keys = ["crop_padding", "flip", "cutout", "mean", "std", "layout"]
  /// What the published recipes have on images of 32 × 32.
  private static let recipe = (cropPadding: 4, cutout: 16)

  init(_ field: JSONField) throws(PolicyError) {
    let members = try field.members("an object of settings, or null")
    try members.refuseKeys(except: Self.keys)
    let side = 0...4096
    cropPadding = try members.optional("crop_padding")?.integer(in: side)
    flip = try members.optional("flip")?.truth() ?? flip
    cutout = try members.optional("cutout")?.integer(in: side)
    mean = try members.require("mean", "three numbers").three { field throws(PolicyError) in
      Float(try field.number(in: -1e6...1e6))
    }
    standardDeviation = try members.require("std", "three numbers").three { field throws(PolicyError) in
      Float(try field.number(in: 1e-6...1e6))
    }
    if let field = try members.optional("layout") {
      let layouts = BatchTail.Layout.allCases.map(\.rawValue).joined(separator: ", ")
      guard let layout = BatchTail.Layout(rawValue: try field.string("one of \(layouts)")) else {
        throw field.failure(expected: "one of \(layouts)")
      }
      self.layout = layout
    }
  }

  /// The tail for images on which lengths in pixels are scaled so; lengths that were given stay as they are.
  func tail(_ rule: CutoutRule, _ scale: PixelScale) throws(PolicyError) -> BatchTail {
    BatchTail(
      cropPadding: cropPadding ?? scale.padding(Self.recipe.cropPadding), flip: flip,
      cutout: try rule.side(given: cutout, recipe: scale.cutout(Self.recipe.cutout)), mean: mean,
      standardDeviation: standardDeviation, layout: layout)
  }
}

extension JSONMembers {
  /// The member of a key; nil where it is missing or null.
  fileprivate func optional(_ key: String) throws(PolicyError) -> JSONField? {
    guard let value = values[key], value != .null else { return nil }
    return try require(key, "a value")
  }
}

extension JSONField {
  fileprivate func three<Element>(
    _ read: (JSONField) throws(PolicyError) -> Element
  ) throws(PolicyError) -> [Element] {
    let fields = try elements("a list of three, for red, green and blue")
    guard fields.count == 3 else { throw failure(expected: "a list of three, for red, green and blue") }
    var result: [Element] = []
    for field in fields { result.append(try read(field)) }
    return result
  }
}
