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

  @Option(help: "light, dark, or auto: as the reader's system prefers, in an SVG file.")
  var theme: Theme = .light

  @Option(parsing: .unconditional, help: "Pixels of a PNG for each pixel of the drawing.")
  var scale = 2.0

  @Flag(help: "Write over the output file if it is there.")
  var force = false

  private var isSVG: Bool { output.lowercased().hasSuffix(".svg") }

  func validate() throws {
    guard isSVG || output.lowercased().hasSuffix(".png") else {
      throw ValidationError("--output: found \(output), expected a name that ends with .svg or .png")
    }
    guard (0.1...16).contains(scale) else {
      throw ValidationError("--scale: found \(scale), expected 0.1 to 16")
    }
    guard isSVG || theme != .automatic else {
      throw ValidationError("--theme: found auto, expected light or dark for a PNG, which cannot change")
    }
  }

  /// Asked before work begins.
  func refuseToOverwrite() throws {
    if !force { try Command.refuseToOverwrite(output) }
  }

  /// Writes the drawing in the form that the name asks for, and says so.
  func write(_ drawing: Drawing) throws {
    if isSVG {
      try AtomicFile.write(Data(drawing.svg(theme).utf8), to: output)
      printNote("wrote \(output): \(Int(drawing.width)) × \(Int(drawing.height))")
    } else {
      let image = try drawing.image(theme, scale: scale)
      try writePNG(image, to: output, keepAlpha: false)
      printNote("wrote \(output): \(image.width) × \(image.height) pixels")
    }
  }
}
