import Augmentation
import Reports
import Text

/// What fired in the draws of a preview, for programs and people.
struct PreviewReport: Encodable {
  struct Applied: Encodable {
    struct Center: Encodable {
      let x: Int
      let y: Int
    }
    let name: String
    let magnitude: Int?
    let parameter: Double
    let unit: ParameterUnit
    let probability: Double
    let center: Center?
    let key: UInt64?
  }
  struct Draw: Encodable {
    let path: String
    let epoch: Int?
    let draw: Int
    let operations: [Applied]
    let width: Int
    let height: Int
    /// The draw as a PNG file, if it was written.
    let file: String?
  }
  let policy: String
  let draws: [Draw]

  /// - Parameters:
  ///   - policy: what the user calls it.
  ///   - images: the images as they were read.
  ///   - shown: the draws of these images, in the same order.
  ///   - folder: where each draw was written to.
  init(policy: String, images: [PreviewImage], shown: [PreviewedImage], folder: PreviewFolder?) {
    self.policy = policy
    draws = zip(images, shown).enumerated().flatMap { index, pair in
      let (image, drawn) = pair
      return drawn.draws.map { draw in
        Draw(
          path: image.origin, epoch: draw.epoch, draw: draw.number,
          operations: draw.applied.map(Applied.init), width: image.pixels.width, height: image.pixels.height,
          file: folder?.file(draw, image: index))
      }
    }
  }

  /// Prints a line for each draw, under a head for each image and epoch.
  func printLines() {
    for draw in draws {
      if draw.draw == 1 {
        let epoch = draw.epoch.map { "epoch \($0) of " } ?? ""
        printResult("\(printable(draw.path)), \(epoch)\(printable(policy))")
      }
      let words = draw.operations.map(\.words)
      printResult("  \(draw.draw): " + (words.isEmpty ? "nothing" : words.joined(separator: ", ")))
    }
  }
}

extension PreviewReport.Applied {
  init(_ applied: AppliedOperation) {
    name = applied.operation.name
    magnitude = applied.magnitude
    parameter = applied.parameter
    unit = applied.operation.unit
    probability = applied.probability
    center = applied.center.map { Center(x: $0.x, y: $0.y) }
    key = applied.key
  }

  /// The operation with its parameter and unit: `TranslateX 7 px (p 0.6)`.
  fileprivate var words: String {
    let strength = unit.text(parameter)
    return "\(name)\(strength.isEmpty ? "" : " \(strength)") (p \(decimal(probability, 1)))"
  }
}
