import ArgumentParser
import Files
import Foundation
import ImageFiles
import Images
import Reports

/// Options of every command that makes one picture.
struct PictureOptions: ParsableArguments {
  @Option(name: .shortAndLong, help: "The picture to write; its name ends with .svg or .png.")
  var output: String

  @OptionGroup var look: PictureLook

  func validate() throws { try look.validate(output, option: "--output") }

  /// Asked before work begins.
  func refuseToOverwrite() throws { try look.refuseToOverwrite(output) }

  /// Writes the drawing in the form that the name asks for, and says so.
  func write(_ drawing: Drawing) throws { try look.write(drawing, to: output) }
}

/// How a picture looks, and whether it takes the place of another file.
struct PictureLook: ParsableArguments {
  @Option(help: "light, dark, or auto: as the reader's system prefers, in an SVG file.")
  var theme: Theme = .light

  @Option(parsing: .unconditional, help: "Pixels of a PNG for each pixel of the drawing.")
  var scale = 2.0

  @Flag(help: "Write over the output file if it is there.")
  var force = false

  private static func isSVG(_ path: String) -> Bool { path.lowercased().hasSuffix(".svg") }

  /// Throws unless a picture of this name can be made as the options say.
  func validate(_ path: String, option: String) throws {
    guard Self.isSVG(path) || path.lowercased().hasSuffix(".png") else {
      throw ValidationError("\(option): found \(path), expected a name that ends with .svg or .png")
    }
    guard (0.1...16).contains(scale) else {
      throw ValidationError("--scale: found \(scale), expected 0.1 to 16")
    }
    guard Self.isSVG(path) || theme != .automatic else {
      throw ValidationError("--theme: found auto, expected light or dark for a PNG, which cannot change")
    }
  }

  /// Asked before work begins.
  func refuseToOverwrite(_ path: String) throws {
    if !force { try Command.refuseToOverwrite(path) }
  }

  /// Writes the drawing in the form that the name asks for, and says so.
  func write(_ drawing: Drawing, to path: String) throws {
    if Self.isSVG(path) {
      try AtomicFile.write(Data(drawing.svg(theme).utf8), to: path)
      printNote("wrote \(path): \(Int(drawing.width)) × \(Int(drawing.height))")
    } else {
      let image = try drawing.image(theme, scale: scale)
      try writePNG(image, to: path, keepAlpha: false)
      printNote("wrote \(path): \(image.width) × \(image.height) pixels")
    }
  }
}
