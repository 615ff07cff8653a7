import Augmentation
import Foundation
import ImageFiles
import Images
import Policies
import Reports
import Testing

/// An image whose colours go from dark to bright, different in every pixel of a row.
func slope(width: Int, height: Int) -> RGBAImage {
  let rgb = (0..<width * height).flatMap { index -> [UInt8] in
    let (x, y) = (index % width, index / width)
    return [UInt8(x * 255 / width), UInt8(y * 255 / height), UInt8((x + y) * 7 % 256)]
  }
  return RGBAImage(width: width, height: height, rgb: rgb)
}

/// A policy that the program's option would name.
func previewed(_ name: String, order: PolicyOrder = .schedule, seed: UInt64 = 0) throws -> PreviewedPolicy {
  PreviewedPolicy(try PolicyChoice(name, dataset: "cifar10", seed: seed), order: order, seed: seed)
}

/// An image with draws of a policy at some epochs.
func previewedImage(
  _ name: String, _ image: RGBAImage, _ policy: PreviewedPolicy, epochs: [Int?], draws: Int, index: Int = 0
) throws -> PreviewedImage {
  let drawn = try epochs.flatMap { epoch in
    try (1...draws).map { try policy.draw($0, of: image, index: index, epoch: epoch) }
  }
  return PreviewedImage(name: name, original: image, draws: drawn)
}

extension SVGNode {
  /// The pixels of an `image`, each a square of the drawing, as they are in the embedded file.
  func embedded() throws -> RGBAImage {
    let prefix = "data:image/png;base64,"
    let address = try #require(attributes["href"])
    #expect(address.hasPrefix(prefix))
    let data = try #require(Data(base64Encoded: String(address.dropFirst(prefix.count))))
    return try readPNG([UInt8](data), name: "embedded")
  }

  /// The lines that stand below an image, from the top.
  func lines(below image: SVGNode) throws -> [String] {
    let frame = try #require(image.box)
    let lines = elements("text").filter { text in
      abs(text.number("x") - frame.x - frame.width / 2) <= 0.51 && text.number("y") > frame.bottom
    }.sorted { $0.number("y") < $1.number("y") }
    // The next line is 14 pixels below; what is further away belongs to the next row.
    var expected = frame.bottom + 14
    return lines.prefix { line in
      defer { expected += 14 }
      return abs(line.number("y") - expected) < 1
    }.map(\.text)
  }

  /// The image with this description.
  func image(_ label: String) throws -> SVGNode {
    try #require(elements("image").first { $0.attributes["aria-label"] == label }, "\(label)")
  }
}

/// Fails the test if words of a drawing lie upon others, or upon an image.
func expectApart(_ drawing: Drawing, _ location: SourceLocation = #_sourceLocation) throws {
  let all = try SVGNode.read(drawing.svg()).all.filter { ["text", "image"].contains($0.name) }
  let boxes = all.compactMap(\.box)
  for (first, box) in boxes.enumerated() {
    for second in boxes.indices.dropFirst(first + 1) {
      let other = boxes[second]
      let meets =
        box.x < other.right && other.x < box.right && box.y < other.bottom && other.y < box.bottom
      #expect(
        !meets, "\(all[first].text) \(box) and \(all[second].text) \(other)", sourceLocation: location)
    }
  }
}
