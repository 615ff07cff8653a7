import CVectorGraphics
import Images
import Threads

/// Why a drawing did not become pixels.
public struct RasterizingError: Error, Hashable, CustomStringConvertible {
  /// The reason and what to do, in one line.
  public let description: String
}

extension Drawing {
  /// The most pixels of a picture: 2^27, half a gigabyte here and as much in the renderer.
  public static let mostPixels = 1 << 27

  /// The drawing as pixels, made from its SVG by librsvg.
  ///
  /// - Parameters:
  ///   - theme: the colours.
  ///   - scale: pixels of the picture for each pixel of the drawing.
  /// - Returns: the pixels, opaque.
  /// - Throws: `RasterizingError` where librsvg is not there, or the picture would be too large.
  public func image(_ theme: Theme = .light, scale: Double = 1) throws -> RGBAImage {
    let (exactWidth, exactHeight) = ((width * scale).rounded(), (height * scale).rounded())
    guard exactWidth >= 1, exactHeight >= 1, exactWidth * exactHeight <= Double(Self.mostPixels) else {
      throw RasterizingError(
        description:
          "a picture of \(svgNumber(exactWidth)) × \(svgNumber(exactHeight)) pixels cannot be made; up to"
          + " \(Self.mostPixels) in all can: choose another scale, or write SVG")
    }
    let (columns, rows) = (Int(exactWidth), Int(exactHeight))
    var svg = svg(theme)
    var message = [CChar](repeating: 0, count: 512)
    var end = CVG_REFUSED
    let pixels = [UInt8](unsafeUninitializedCapacity: columns * rows * 4) { buffer, count in
      buffer.initialize(repeating: 0)
      end = svg.withUTF8 { bytes in
        bytes.withMemoryRebound(to: CChar.self) {
          cvg_draw(
            $0.baseAddress, $0.count, Int32(columns), Int32(rows), buffer.baseAddress, &message, message.count
          )
        }
      }
      count = columns * rows * 4
    }
    let reason = String(decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    switch end {
    case CVG_DRAWN: return RGBAImage(width: columns, height: rows, pixels: pixels)
    case CVG_NO_LIBRARY:
      throw RasterizingError(
        description:
          "PNG pictures are made by librsvg, which is not found (\(reason)); on Debian or Ubuntu:"
          + " apt-get install librsvg2-2, or write SVG")
    case CVG_NO_MEMORY:
      throw RasterizingError(
        description:
          "there is not enough memory for a picture of \(columns) × \(rows) pixels; the limit is"
          + " \(MemoryLimit().bytes / 1024) kB (ulimit -v or -d, or the container's): raise it, choose a smaller scale, or"
          + " write SVG" + (reason.isEmpty ? "" : " (\(reason))"))
    default:
      throw RasterizingError(description: "librsvg could not draw the picture: \(reason)")
    }
  }
}
