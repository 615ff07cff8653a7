import Datasets
import Files
import Foundation
import ImageFiles
import Images
import Text

/// An image to be previewed.
struct PreviewImage {
  /// Where it comes from: a file's path, or words.
  let origin: String
  /// What it is called in a picture.
  let name: String
  let pixels: RGBAImage

  /// Reads images, or takes the first of the bundled ones where none is named; what is not as it was given is said.
  ///
  /// - Parameters:
  ///   - paths: the image files; empty for bundled ones.
  ///   - count: how many bundled images.
  ///   - side: an image with a longer side is scaled down to it; nil for none.
  /// - Returns: the images in the order of the paths.
  /// - Throws: `ImageFileError` or `FileError` for the first that cannot be read.
  static func load(_ paths: [String], bundled count: Int, side: Int?) throws -> [PreviewImage] {
    guard paths.isEmpty else { return try paths.map { try PreviewImage(path: $0, side: side) } }
    printNote(
      "no image is named: \(count == 1 ? "the first" : "the first \(count)") of the bundled Fashion-MNIST "
        + "\(count == 1 ? "is" : "are") shown")
    let images = try DatasetSpec.named("bundled").load(trainSize: count, validationSize: 0, dataDirectory: "")
      .train.images
    return (0..<count).map { index in
      let name = "bundled image \(index + 1)"
      return PreviewImage(origin: name, name: name, pixels: images.image(at: index))
    }
  }

  private init(origin: String, name: String, pixels: RGBAImage) {
    (self.origin, self.name, self.pixels) = (origin, name, pixels)
  }

  private init(path: String, side: Int?) throws {
    let name = printable(path)
    let image = try decodeImage(readBytes(path), name: name)
    let scaled = side.map(image.fitting) ?? image
    if scaled.width != image.width || scaled.height != image.height {
      printNote(
        "\(name): its \(image.width) × \(image.height) pixels are scaled to \(scaled.width) × \(scaled.height) before "
          + "the operations; --full-size leaves them")
    }
    self.init(
      origin: path, name: URL(fileURLWithPath: path).lastPathComponent,
      pixels: RGBAImage(scaled))
  }
}
