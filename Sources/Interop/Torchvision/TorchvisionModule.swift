import Augmentation
import Foundation
import Policies
import Text

/// A schedule as a module of Python that torchvision's users import: one file that needs nothing of this program.
///
/// The file holds the policies of all segments, PBA's walk through a policy, and a `torch.nn.Module` that applies it to
/// PIL images. Its docstring says what is lost.
public enum TorchvisionModule {
  /// The operations that the module knows; each has the same pixels as here.
  static let operations: [Augmentation.Operation] = [
    .rotate, .translateX, .translateY, .brightness, .color, .invert, .sharpness, .posterize, .shearX,
    .solarize, .shearY, .equalize, .autoContrast, .cutout, .contrast,
    .flipHorizontal, .flipVertical, .grayscale, .gamma, .hue, .channelShuffle, .zoom, .perspective,
    .gaussianBlur, .jpegCompression, .gaussianNoise, .erase,
  ]

  /// Writes the module's source, segment by segment, so that a long schedule is never in memory as text.
  ///
  /// - Parameters:
  ///   - schedule: the schedule.
  ///   - write: takes the pieces in their order.
  /// - Throws: `PolicyError` for an operation that torchvision has no counterpart of, and what `write` throws.
  public static func write(_ schedule: Schedule, _ write: (Data) throws -> Void) throws {
    for (index, segment) in schedule.segments.enumerated() {
      for entry in segment.policy.entries where !operations.contains(entry.operation) {
        throw PolicyError(
          place: "segments[\(index)].policy", found: "the operation \(entry.operation.name)",
          expected:
            "one of \(operations.map(\.name).joined(separator: ", ")), which torchvision has; export as json")
      }
    }
    func put(_ text: String) throws { try write(Data(text.utf8)) }
    try put(TorchvisionTemplate.head + TorchvisionTemplate.imports)
    try put("#: What the schedule is called.\nNAME = \(literal(schedule.name))\n\n")
    try put("#: The probabilities of applying 0, 1, 2... operations to an image.\n")
    try put("OPERATION_COUNT = \(tuple(schedule.operationCount.map { "\($0)" }))\n\n")
    try put(TorchvisionTemplate.headOfSegments)
    for segment in schedule.segments { try put(text(of: segment)) }
    try put(")\n\n" + TorchvisionTemplate.code(scalesPixels: schedule.space?.scalesPixels ?? true))
  }

  private static func text(of segment: Schedule.Segment) -> String {
    let entries = segment.policy.entries.filter { $0.probability > 0 }.map { entry in
      let probability = Double(entry.probability) / Double(PolicyEntry.probabilityScale)
      let strength = entry.parameter
      let isSigned = entry.scaled.isSigned ? "True" : "False"
      return "        (\"\(entry.operation.name)\", \(probability), \(strength), \(isSigned)),\n"
    }
    return entries.isEmpty
      ? "    (\(segment.epochs), ()),\n" : "    (\(segment.epochs), (\n\(entries.joined())    )),\n"
  }

  private static func tuple(_ values: [String]) -> String {
    "(" + values.joined(separator: ", ") + (values.count == 1 ? ",)" : ")")
  }

  /// A text as a literal of Python.
  private static func literal(_ text: String) -> String {
    let escaped = text.unicodeScalars.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }
    return "\"" + printable(escaped.joined()) + "\""
  }
}
