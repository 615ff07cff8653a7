import Augmentation
import Images
import Policies
import Text

/// What a search space lets a search choose, and what in it has no effect.
package struct SpaceFindings {
  /// How many numbers a policy of the space has that make a difference.
  package let numbers: Int
  /// What has no effect, or less than it seems, a sentence each.
  package let warnings: [String]

  /// Looks at every step of every operation of a space.
  package init(_ space: SearchSpace) {
    var numbers = 0
    var warnings: [String] = []
    for choice in space.choices {
      let operation = choice.operation
      let name = operation.operation.name
      let strengths = operation.magnitudes.map { operation.parameter(magnitude: $0) }
      // One that goes both ways has the same strength at a parameter and at its opposite.
      let distinct = Set(operation.isSigned ? strengths.map(Self.unsigned) : strengths).count
      numbers += choice.entries * (distinct > 1 ? 2 : 1)
      guard operation.operation.usesParameter else { continue }
      let idle = strengths.filter { Self.isIdle(operation.operation, $0) }.count
      if idle == strengths.count {
        warnings.append("\(name): changes nothing at any step; give it other bounds, or leave it out")
      } else if idle > max(1, strengths.count / 2) {
        warnings.append("\(name): changes nothing at \(idle) of its \(strengths.count) steps")
      }
      if operation.bounds != nil, distinct < strengths.count {
        let isMirrored = distinct < Set(strengths).count
        warnings.append(
          "\(name): \(strengths.count) steps have \(distinct == 1 ? "the same strength" : "only \(distinct) different strengths"), "
            + (isMirrored
              ? "as it goes both ways from bounds on both sides of 0; give it bounds on one side, or signed: false"
              : "as its parameter is rounded to whole numbers; give it \(distinct) steps"))
      }
    }
    let most = space.operationCount.lastIndex { $0 > 0 } ?? 0
    if most == 0 { warnings.append("operationCount: no image gets an operation") }
    if most > space.scaledEntries.count {
      warnings.append(
        "operationCount: \(most) operations an image are asked for, and a policy has only"
          + " \(counted(space.scaledEntries.count, "entry", "entries"))")
    }
    (self.numbers, self.warnings) = (numbers, warnings)
  }

  /// A strength whichever way it goes, without the last digits, in which steps below and above 0 may differ.
  private static func unsigned(_ strength: Double) -> Double { (abs(strength) * 1e9).rounded() / 1e9 }

  /// Whether an operation of this strength leaves a picture of many colours as it is.
  private static func isIdle(_ operation: Augmentation.Operation, _ parameter: Double) -> Bool {
    picture.applying(operation, parameter: parameter, center: (16, 16)) == picture
  }

  /// All levels, in a different order in each channel.
  private static let picture = RGBAImage(
    width: 32, height: 32,
    pixels: (0..<1024).flatMap { place in
      [
        UInt8(truncatingIfNeeded: place &* 37), UInt8(truncatingIfNeeded: place &* 101 &+ 7),
        UInt8(truncatingIfNeeded: place / 4), 255,
      ]
    })
}
