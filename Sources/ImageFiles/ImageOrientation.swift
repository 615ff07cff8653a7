import Images

/// How a stored image must be turned to be upright, numbered as in the EXIF standard (tag 0x0112).
public enum ImageOrientation: Int, CaseIterable, Sendable {
  /// The first row is the top, the first column the left side.
  case upright = 1
  case mirrored, upsideDown, flipped, transposed, turnRight, transversed, turnLeft
}

extension RGBImage {
  /// The upright image of a stored one.
  func turned(_ orientation: ImageOrientation) -> RGBImage {
    if orientation == .upright { return self }
    let swapsSides = orientation.rawValue >= ImageOrientation.transposed.rawValue
    let (newWidth, newHeight) = swapsSides ? (height, width) : (width, height)
    let (right, down) = (1, width)
    let (lastColumn, lastRow) = (width - 1, (height - 1) * width)
    // Where the new image's first pixel lies in the old one, and how one steps there to go right and down.
    let (origin, stepX, stepY) =
      switch orientation {
      case .upright: (0, right, down)
      case .mirrored: (lastColumn, -right, down)
      case .upsideDown: (lastColumn + lastRow, -right, -down)
      case .flipped: (lastRow, right, -down)
      case .transposed: (0, down, right)
      case .turnRight: (lastRow, -down, right)
      case .transversed: (lastColumn + lastRow, -down, -right)
      case .turnLeft: (lastColumn, down, -right)
      }
    let turned = pixels.withUnsafeBufferPointer { source in
      [UInt8](unsafeUninitializedCapacity: source.count) { target, used in
        var place = 0
        for y in 0..<newHeight {
          var pixel = origin &+ y &* stepY
          for _ in 0..<newWidth {
            target[place] = source[pixel &* 3]
            target[place &+ 1] = source[pixel &* 3 &+ 1]
            target[place &+ 2] = source[pixel &* 3 &+ 2]
            place &+= 3
            pixel &+= stepX
          }
        }
        used = source.count
      }
    }
    return RGBImage(width: newWidth, height: newHeight, pixels: turned)
  }
}

// MARK: - Where formats keep their EXIF data

/// The orientation in a JPEG file's first EXIF segment.
func jpegOrientation(of file: [UInt8]) -> ImageOrientation {
  let view = ByteView(file[...])
  var offset = 2
  while let marker = view.number(at: offset, bytes: 2, .big), marker >> 8 == 0xFF {
    switch marker & 0xFF {
    case 0xFF: offset += 1  // a byte of filling
    case 0xD9, 0xDA: return .upright  // the image data begin, or the file ends
    case 0x01, 0xD0...0xD7: offset += 2  // markers without a segment
    default:
      guard let length = view.number(at: offset + 2, bytes: 2, .big), length >= 2 else { return .upright }
      if marker == 0xFFE1, let segment = view.slice(offset + 4, length - 2),
        ByteView(segment).has(exifWord, at: 0)
      {
        return exifOrientation(segment.dropFirst(exifWord.count))
      }
      offset += 2 + length
    }
  }
  return .upright
}

/// The orientation in a PNG file's chunk `eXIf`.
func pngOrientation(of file: [UInt8]) -> ImageOrientation {
  let view = ByteView(file[...])
  var offset = 8
  while let length = view.number(at: offset, bytes: 4, .big) {
    if view.has("eXIf".utf8, at: offset + 4) {
      return view.slice(offset + 8, length).map(exifOrientation) ?? .upright
    }
    offset += 12 + length
  }
  return .upright
}

/// The orientation in a WebP file's chunk `EXIF`.
func webPOrientation(of file: [UInt8]) -> ImageOrientation {
  let view = ByteView(file[...])
  var offset = 12
  while let length = view.number(at: offset + 4, bytes: 4, .little) {
    if view.has("EXIF".utf8, at: offset), let chunk = view.slice(offset + 8, length) {
      // Some writers keep the word that belongs to JPEG.
      return exifOrientation(ByteView(chunk).has(exifWord, at: 0) ? chunk.dropFirst(exifWord.count) : chunk)
    }
    offset += 8 + length + length % 2
  }
  return .upright
}

private let exifWord: [UInt8] = Array("Exif\0\0".utf8)

/// The orientation in the first directory of EXIF data, which are a TIFF file; upright where it says nothing sensible.
private func exifOrientation(_ exif: ArraySlice<UInt8>) -> ImageOrientation {
  let view = ByteView(exif)
  let order: ByteOrder
  if view.has("II*\0".utf8, at: 0) {
    order = .little
  } else if view.has("MM\0*".utf8, at: 0) {
    order = .big
  } else {
    return .upright
  }
  guard let directory = view.number(at: 4, bytes: 4, order),
    let count = view.number(at: directory, bytes: 2, order)
  else { return .upright }
  let (orientationTag, shortType) = (0x0112, 3)
  for entry in 0..<count {
    let offset = directory + 2 + entry * 12
    guard let tag = view.number(at: offset, bytes: 2, order) else { break }
    guard tag == orientationTag, view.number(at: offset + 2, bytes: 2, order) == shortType else { continue }
    return view.number(at: offset + 8, bytes: 2, order).flatMap(ImageOrientation.init(rawValue:)) ?? .upright
  }
  return .upright
}
