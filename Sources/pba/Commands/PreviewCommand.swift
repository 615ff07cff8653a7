import ArgumentParser
import Augmentation
import ImageFiles
import Policies
import Reports

/// `pba preview`: a picture of what a policy does.
struct PreviewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "preview", abstract: "Draw a grid of augmented images.",
    discussion: """
      One row an image: the original, then draws of the policy, before crop, flip and the baseline's Cutout. What fired in \
      each draw is printed. Transparent pixels, which training sees as the mean colour, are grey.
      """)

  @Option(help: "\(NamedPolicy.usages), or a schedule file.")
  var policy: String

  @Argument(help: "Images: PNG files.")
  var images: [String]

  @Option(
    parsing: .unconditional, help: "The epoch whose policy is shown, from 1. (default: the schedule's last)")
  var epoch: Int?

  @Option(parsing: .unconditional, help: "Draws of each image.")
  var draws = 8

  @Option(parsing: .unconditional, help: "Decides the draws.")
  var seed: UInt64 = 0

  @Option(
    parsing: .unconditional,
    help: "How many times each pixel is repeated. (default: as makes an image about 128 pixels wide)")
  var scale: Int?

  @Option(name: .shortAndLong, help: "The PNG file to write.")
  var output = "preview.png"

  @Flag(help: "Write over the output file if it is there.")
  var force = false

  func validate() throws {
    guard (1...1000).contains(draws) else {
      throw ValidationError("--draws: found \(draws), expected 1 to 1000")
    }
    if let scale, !(1...64).contains(scale) {
      throw ValidationError("--scale: found \(scale), expected 1 to 64")
    }
    if !output.lowercased().hasSuffix(".png") {
      throw ValidationError("--output: found \(output), expected a name that ends with .png")
    }
    if images.isEmpty { throw ValidationError("no image is named; give one or more PNG files") }
  }

  func run() throws {
    if !force { try refuseToOverwrite(output) }
    let choice = try PolicyChoice(policy, dataset: "cifar10", seed: seed)
    let length = choice.schedule?.epochs ?? 1
    let epoch = epoch ?? length
    guard (1...length).contains(epoch) else {
      throw SettingsError("--epoch: found \(epoch), expected 1 to \(length), the length of \(policy)")
    }
    if choice.cutoutRule != .ofRecipe {
      printNote(
        "\(policy) has no policy before crop, flip and the baseline's Cutout: the draws show the original")
    }
    var rows: [[RGBAImage]] = []
    for (index, path) in images.enumerated() {
      let original = try readPNG(path)
      let program = try choice.program(
        epoch: epoch - 1, totalEpochs: length, order: .schedule, width: original.width,
        height: original.height)
      let stack = ImageStack(
        count: 1, height: original.height, width: original.width, pixels: original.rgb)
      var row = [original]
      printResult("\(path), epoch \(epoch) of \(policy)")
      for draw in 0..<draws {
        // Each draw is what some trial would see: the draw takes the trial's place, the image that of the seed's stream.
        let augmenter = BatchAugmenter(
          program: program, tail: .unchanged, seed: seed &+ UInt64(index) << 32, trial: draw)
        let (image, applied) = augmenter.preview(sample: 0, of: stack, epoch: epoch - 1)
        row.append(image)
        printResult(
          "  \(draw + 1): " + (applied.isEmpty ? "nothing" : applied.map(Self.words).joined(separator: ", ")))
      }
      rows.append(row)
    }
    let largest = rows.joined().map(\.width).max() ?? 1
    let picture = ImageGrid(scale: scale ?? max(1, 128 / largest)).picture(rows)
    try writePNG(picture, to: output, keepAlpha: false)
    printNote("wrote \(output): \(picture.width) × \(picture.height) pixels")
  }

  private static func words(_ applied: AppliedOperation) -> String {
    "\(applied.words) (p \(decimal(applied.probability, 1)))"
  }
}

extension RGBAImage {
  /// Red, green and blue of every pixel, without alpha.
  var rgb: [UInt8] {
    pixels.indices.filter { $0 % 4 != 3 }.map { pixels[$0] }
  }
}

extension BatchTail {
  /// A tail that leaves pixels where they are; for pictures, which are not normalised.
  static let unchanged = BatchTail(
    cropPadding: 0, flip: false, cutout: 0, mean: [0, 0, 0], standardDeviation: [1, 1, 1], layout: .nhwc)
}
