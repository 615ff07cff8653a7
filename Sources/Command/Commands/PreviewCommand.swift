import ArgumentParser
import Augmentation
import Foundation
import Policies
import Reports
import Text

/// `pba preview`: a picture of what a policy does, or of what every operation does.
struct PreviewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "preview", abstract: "Draw what a policy does to images, at one epoch or several.",
    discussion: """
      Each row shows an image: the original, then draws of the policy, before crop, flip and the baseline's Cutout, drawn as \
      in training; --seed decides the draws. Below each draw are the operations that were applied, with the magnitude of the \
      search, 0 to 9, or the parameter, and the probability. They are printed too. --epochs shows several epochs of a \
      schedule side by side; --operations shows every operation at every magnitude, --space every operation of a search \
      space at its least, middle and most.

      Images are JPEG, PNG, WebP, GIF, BMP, TIFF or PNM. Many operations count in pixels, so large images are scaled down \
      before them; --scale-to-size shows what training on folder:PATH does to images of this size. Where an operation \
      leaves no data the picture is grey; training has the mean colour there. Without an image the first bundled ones are \
      used.
      """)

  @Option(help: "\(NamedPolicy.usages), or a schedule file; \(PlayedPolicy.orderUsage).")
  var policy: String?

  @Argument(help: "Images. (default: the first of the bundled ones)")
  var images: [String] = []

  @Option(
    parsing: .unconditional, help: "The epoch whose policy is shown, from 1. (default: the schedule's last)")
  var epoch: Int?

  @Option(
    parsing: .unconditional,
    help: "Epochs to show side by side, as in 1,50,200; or spread: five from the first to the last.")
  var epochs: String?

  @Flag(help: "Show every operation at every magnitude, for one image.")
  var operations = false

  @Option(help: "Show every operation of this search space, for one image: a name, or a YAML file.")
  var space: SpaceSource?

  @Option(
    parsing: .unconditional, help: "Draws of each image. (default: 8; 3 at each of several epochs)")
  var draws: Int?

  @Option(parsing: .unconditional, help: "Decides the draws. (default: 0)")
  var seed: UInt64?

  @Flag(help: "Apply the operations to large images as they are, and scale down the result.")
  var fullSize = false

  @OptionGroup var scaling: ScalingOptions
  @OptionGroup var picture: PictureOptions

  @Option(
    name: .customLong("images"),
    help: "A new folder for every original and every draw as a PNG file of its own.")
  var folder: String?

  @Flag(help: "Print the operations that were applied as JSON.")
  var json = false

  func validate() throws {
    try picture.validate()
    if operations || space != nil { return try validateTable() }
    if policy == nil {
      throw ValidationError(
        "no policy is named; give --policy \(NamedPolicy.usages), or a schedule file; or --operations, or --space"
      )
    }
    if let draws, !(1...1000).contains(draws) {
      throw ValidationError("--draws: found \(draws), expected 1 to 1000")
    }
    if epoch != nil, epochs != nil {
      throw ValidationError("found --epoch and --epochs, expected one: a single epoch, or several")
    }
  }

  private func validateTable() throws {
    let table = operations ? "--operations" : "--space"
    if operations, space != nil {
      throw ValidationError("found --operations and --space, expected one of them")
    }
    let given = [
      ("--policy", policy != nil), ("--epoch", epoch != nil), ("--epochs", epochs != nil),
      ("--draws", draws != nil), ("--seed", seed != nil), ("--images", folder != nil), ("--json", json),
      ("--scale-to-size", operations && scaling.scaleToSize == true),
    ]
    if let (option, _) = given.first(where: \.1) {
      throw ValidationError("\(table): found \(option) beside it, which only draws of a policy have")
    }
    guard images.count <= 1 else {
      throw ValidationError("\(table): found \(counted(images.count, "image")), expected one")
    }
  }

  func run() throws {
    try picture.refuseToOverwrite()
    let target = URL(fileURLWithPath: picture.output).resolvingSymlinksInPath()
    if let image = images.first(where: { URL(fileURLWithPath: $0).resolvingSymlinksInPath() == target }) {
      throw SettingsError("--output: found \(image), which is one of the images; name another file")
    }
    try space?.noteFileOfSameName()
    let space = try space?.space()
    if operations || space != nil {
      let side = fullSize ? nil : OperationTable.largestSide
      let images = try PreviewImage.load(images, bundled: 1, side: side)
      guard let image = images.first else { return }
      return try picture.write(figure(of: space, image).drawing)
    }
    if let folder { try refuseToOverwrite(folder) }
    try drawPolicy()
  }

  /// A table of the operations of a space, or of all, for an image.
  private func figure(of space: SearchSpace?, _ image: PreviewImage) throws -> Figure {
    guard let space else { return try OperationTable(name: image.name, image: image.pixels).figure() }
    let scale =
      scaling.scaleToSize == true
      ? PixelScale(width: image.pixels.width, height: image.pixels.height) : .none
    return try SpaceTable(of: space, name: image.name, image: image.pixels, scale: scale).figure()
  }

  private func drawPolicy() throws {
    let seed = seed ?? 0
    let policy = policy ?? ""
    let (choice, order) = try Settings { $0.policy = policy }.typed().naming {
      let played = try PlayedPolicy(parsing: policy)
      return (try played.choice(dataset: "cifar10", seed: seed), played.order)
    }
    let previewed = PreviewedPolicy(
      choice, order: order, scalesToSize: scaling.scaleToSize ?? false, seed: seed)
    let moments = try PreviewMoments(epoch: epoch, epochs: epochs, of: previewed, named: policy)
    let images = try PreviewImage.load(images, bundled: 3, side: fullSize ? nil : PreviewGrid.largestSide)
    let output = try folder.map(PreviewFolder.init)
    if choice.cutoutRule != .ofRecipe {
      printNote(
        "\(policy) has no policy before crop, flip and the baseline's Cutout: the draws show the original")
    }
    let shown = try images.enumerated().map { index, image in
      try output?.write(image.pixels, image: index)
      let drawn = try moments.epochs.flatMap { epoch in
        try (1...(draws ?? (moments.isStrip ? 3 : 8))).map { number in
          let draw = try previewed.draw(number, of: image.pixels, index: index, epoch: epoch)
          try output?.write(draw, image: index)
          return draw.shown(side: PreviewGrid.largestSide)
        }
      }
      return PreviewedImage(name: image.name, original: image.pixels, draws: drawn)
    }
    try picture.write(moments.figure(of: previewed, shown).drawing)
    let report = PreviewReport(policy: policy, images: images, shown: shown, folder: output)
    try json ? printJSON(report) : report.printLines()
  }
}
