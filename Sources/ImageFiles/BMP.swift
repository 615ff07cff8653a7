import Images

extension ImageDecoder {
  static let bmp = ImageDecoder(
    recognises: { view in
      view.has("BM".utf8, at: 0) && BMPHeader.sizes.contains(view.number(at: 14, bytes: 4, .little) ?? 0)
    },
    size: { file in (try? BMPHeader(of: file, name: "")).map { ($0.width, $0.height) } },
    decode: { file, name in try decodeBMP(file, name: name) })
}

/// The head of a Windows or OS/2 bitmap file.
struct BMPHeader {
  /// The sizes of headers that are known: OS/2's, Windows' and their extensions.
  static let sizes: Set<Int> = [12, 16, 40, 52, 56, 64, 108, 124]

  let width: Int
  let height: Int
  /// Whether the first row stored is the top one; else it is the bottom one.
  let isTopDown: Bool
  let bitsPerPixel: Int
  let dataOffset: Int
  /// The palette's colours as RGB; empty where there is none.
  let palette: [SIMD3<UInt8>]
  /// Which bits of a pixel are red, green, blue and alpha; 0 for none.
  let masks: [UInt32]

  var bytesPerRow: Int { (width * bitsPerPixel + 31) / 32 * 4 }

  init(of file: [UInt8], name: String) throws {
    let view = ByteView(file[...])
    func field(_ offset: Int, _ length: Int) throws -> Int {
      guard let value = view.number(at: offset, bytes: length, .little) else {
        throw damaged(name, "ended inside its header", at: file.count)
      }
      return value
    }
    let size = try field(14, 4)
    let isOld = size == 12
    dataOffset = try field(10, 4)
    width = try isOld ? field(18, 2) : Int(Int32(truncatingIfNeeded: field(18, 4)))
    let rows = try isOld ? field(20, 2) : Int(Int32(truncatingIfNeeded: field(22, 4)))
    height = abs(rows)
    isTopDown = rows < 0
    let depth = try field(isOld ? 24 : 28, 2)
    bitsPerPixel = depth
    let compression = try size >= 40 ? field(30, 4) : 0
    guard width > 0, height > 0 else { throw damaged(name, "found \(width) × \(rows) pixels", at: 18) }
    guard isAcceptable(width: width, height: height) else {
      throw tooLarge(name, width: width, height: height)
    }
    guard [1, 2, 4, 8, 16, 24, 32].contains(depth) else {
      throw damaged(name, "found \(depth) bits per pixel, expected 1, 2, 4, 8, 16, 24 or 32")
    }
    let (plain, bitFields, alphaBitFields) = (0, 3, 6)
    let hasMasks = (compression == bitFields || compression == alphaBitFields) && depth >= 16 && depth != 24
    guard compression == plain || hasMasks else {
      throw ImageFileError(
        file: name, offset: 30, problem: "found a packed BMP (kind \(compression)), expected an unpacked one",
        cure: "save it without compression, or as PNG")
    }
    if hasMasks {
      // After 40 bytes of header, masks come first and the alpha's only on request; longer headers have all four.
      let count = compression == alphaBitFields || size >= 56 ? 4 : 3
      masks = try (0..<4).map { $0 < count ? UInt32(truncatingIfNeeded: try field(54 + 4 * $0, 4)) : 0 }
    } else {
      masks = depth == 16 ? [0x7C00, 0x03E0, 0x001F, 0] : [0xFF0000, 0x00FF00, 0x0000FF, 0]
    }
    guard dataOffset >= 14 + size else {
      throw damaged(name, "found pixels at byte \(dataOffset), inside the header", at: 10)
    }
    guard masks[0] | masks[1] | masks[2] != 0 else {
      throw damaged(name, "found no bits for any colour", at: 54)
    }
    let entrySize = isOld ? 3 : 4
    if depth <= 8 {
      let used = try size >= 40 ? field(46, 4) : 0
      let count = (1...1 << depth).contains(used) ? used : 1 << depth
      palette = (0..<count).map { index in
        // Writers that keep a shorter palette than they say leave the rest black.
        guard let entry = view.slice(14 + size + index * entrySize, 3).map(Array.init) else { return SIMD3() }
        return SIMD3(entry[2], entry[1], entry[0])
      }
    } else {
      palette = []
    }
  }
}

/// Decodes an unpacked bitmap file of 1 to 32 bits per pixel.
private func decodeBMP(_ file: [UInt8], name: String) throws -> RGBImage {
  let header = try BMPHeader(of: file, name: name)
  let (width, height, rowBytes) = (header.width, header.height, header.bytesPerRow)
  guard let data = ByteView(file[...]).slice(header.dataOffset, rowBytes * height) else {
    throw damaged(
      name, "ended after \(file.count) of \(header.dataOffset + rowBytes * height) bytes", at: file.count)
  }
  var pixels: [UInt8] = []
  pixels.reserveCapacity(width * height * 4)
  let fields = header.masks.map(BMPField.init)
  let bits = header.bitsPerPixel
  for y in 0..<height {
    let row = data.startIndex + (header.isTopDown ? y : height - 1 - y) * rowBytes
    for x in 0..<width {
      if bits <= 8 {
        let byte = Int(data[row + x * bits / 8])
        let index = byte >> (8 - bits - x * bits % 8) & (1 << bits - 1)
        let color = index < header.palette.count ? header.palette[index] : SIMD3()
        for channel in 0..<3 { pixels.append(color[channel]) }
        pixels.append(255)
      } else {
        let first = row + x * bits / 8
        var word: UInt32 = 0
        for byte in (0..<bits / 8).reversed() { word = word << 8 | UInt32(data[first + byte]) }
        for channel in 0..<3 { pixels.append(fields[channel].value(in: word) ?? 0) }
        pixels.append(fields[3].value(in: word) ?? 255)
      }
    }
  }
  // Writers that declare an alpha and leave it empty mean an opaque image.
  let alphas = stride(from: 3, to: pixels.count, by: 4)
  if alphas.allSatisfy({ pixels[$0] == 0 }) { for place in alphas { pixels[place] = 255 } }
  let rgb = pixels.withUnsafeBufferPointer { onPaper($0, premultiplied: false) }
  return RGBImage(width: width, height: height, pixels: rgb)
}

/// The bits of a pixel that are one colour.
private struct BMPField {
  private let mask: UInt32

  init(_ mask: UInt32) {
    self.mask = mask
  }

  /// The colour of 0 to 255, rounded down; nil without bits.
  func value(in word: UInt32) -> UInt8? {
    if mask == 0 { return nil }
    let shift = UInt32(mask.trailingZeroBitCount)
    return UInt8(truncatingIfNeeded: UInt64(word & mask) >> shift * 255 / UInt64(mask >> shift))
  }
}
