import Files
import Foundation
import ImageFiles
import Images
import Reports

/// A folder of previewed images, each a PNG file as the picture shows it.
struct PreviewFolder {
  let path: String

  /// Makes the folder where it is not there.
  init(_ path: String) throws {
    try Folder.make(path)
    self.path = path
  }

  /// Writes an original; `image` is its place among all, from 0.
  func write(_ original: RGBAImage, image: Int) throws {
    try writePNG(original.shown, to: "\(path)/\(image + 1)-original.png", keepAlpha: false)
  }

  /// Writes a draw of the image at this place.
  func write(_ draw: PolicyDraw, image: Int) throws {
    try writePNG(draw.image.shown, to: file(draw, image: image), keepAlpha: false)
  }

  /// The path of a draw's file.
  func file(_ draw: PolicyDraw, image: Int) -> String {
    let epoch = draw.epoch.map { "epoch-\($0)-" } ?? ""
    return "\(path)/\(image + 1)-\(epoch)draw-\(draw.number).png"
  }
}
