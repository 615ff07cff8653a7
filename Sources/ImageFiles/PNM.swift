import Images

extension ImageDecoder {
  static let pnm = ImageDecoder(
    recognises: { PNMHeader.isPNM($0) },
    size: { file in (try? PNMHeader(of: file, name: "")).map { ($0.width, $0.height) } },
    decode: { file, name in try decodePNM(file, name: name) })
}

/// The head of a portable anymap: P1 to P6, then width, height and, except for bitmaps, the largest value.
struct PNMHeader {
  /// 1 to 6, the digit after P.
  let kind: Int
  let width: Int
  let height: Int
  let largest: Int
  /// Where the samples begin.
  let dataOffset: Int

  var isText: Bool { kind <= 3 }
  var isBitmap: Bool { kind == 1 || kind == 4 }
  var channels: Int { kind == 3 || kind == 6 ? 3 : 1 }

  /// Whether bytes begin like a portable anymap.
  static func isPNM(_ view: ByteView) -> Bool {
    guard let first = view.slice(0, 3).map(Array.init), first[0] == UInt8(ascii: "P") else { return false }
    return (UInt8(ascii: "1")...UInt8(ascii: "6")).contains(first[1])
      && (isSpace(first[2]) || first[2] == UInt8(ascii: "#"))
  }

  init(of file: [UInt8], name: String) throws {
    kind = Int(file[1] - UInt8(ascii: "0"))
    var reader = PNMTextReader(file: file, position: 2)
    func next(_ what: String) throws -> Int {
      guard let number = reader.number() else { throw damaged(name, "found no \(what)", at: reader.position) }
      return number
    }
    width = try next("width")
    height = try next("height")
    largest = kind == 1 || kind == 4 ? 1 : try next("largest value")
    guard width > 0, height > 0 else { throw damaged(name, "found \(width) × \(height) pixels") }
    guard isAcceptable(width: width, height: height) else {
      throw tooLarge(name, width: width, height: height)
    }
    guard (1...65535).contains(largest) else {
      throw damaged(name, "found the largest value \(largest), expected 1 to 65535")
    }
    // One byte of white space ends the head.
    dataOffset = reader.position + 1
  }
}

/// Decodes a portable bitmap, greymap or pixmap (Netpbm's P1 to P6), text or binary, 8 or 16 bits.
private func decodePNM(_ file: [UInt8], name: String) throws -> RGBImage {
  let header = try PNMHeader(of: file, name: name)
  let count = header.width * header.height * header.channels
  let samples = try header.isText ? textSamples(file, header, name) : binarySamples(file, header, name)
  precondition(samples.count == count, "samples do not fill the image")
  let rgb =
    header.channels == 3
    ? samples
    : [UInt8](unsafeUninitializedCapacity: count * 3) { target, used in
      for (index, sample) in samples.enumerated() {
        for channel in 0..<3 { target[index * 3 + channel] = sample }
      }
      used = count * 3
    }
  return RGBImage(width: header.width, height: header.height, pixels: rgb)
}

/// Samples that are written as bytes, two for values above 255, or as bits.
private func binarySamples(_ file: [UInt8], _ header: PNMHeader, _ name: String) throws -> [UInt8] {
  let count = header.width * header.height * header.channels
  let rowBytes = (header.width + 7) / 8
  let wide = header.largest > 255
  let needed = header.isBitmap ? rowBytes * header.height : count * (wide ? 2 : 1)
  guard let data = ByteView(file[...]).slice(header.dataOffset, needed) else {
    throw damaged(name, "ended after \(file.count) of \(header.dataOffset + needed) bytes", at: file.count)
  }
  let start = data.startIndex
  if header.isBitmap {
    return (0..<count).map { pixel in
      let (row, column) = pixel.quotientAndRemainder(dividingBy: header.width)
      let byte = data[start + row * rowBytes + column / 8]
      // A bit that is set is black.
      return byte >> UInt8(7 - column % 8) & 1 == 1 ? 0 : 255
    }
  }
  if header.largest == 255 { return Array(data) }
  return try (0..<count).map { index in
    let value =
      wide ? Int(data[start + 2 * index]) << 8 | Int(data[start + 2 * index + 1]) : Int(data[start + index])
    guard value <= header.largest else {
      let place = header.dataOffset + index * (wide ? 2 : 1)
      throw damaged(name, "found the sample \(value) above the largest value \(header.largest)", at: place)
    }
    return scaled(value, from: header.largest)
  }
}

/// Samples that are written as decimal numbers; the bits of a bitmap need no space between them.
private func textSamples(_ file: [UInt8], _ header: PNMHeader, _ name: String) throws -> [UInt8] {
  let count = header.width * header.height * header.channels
  // Each sample takes a byte at least, so a short file cannot ask for much memory.
  guard count <= file.count else {
    throw damaged(name, "found \(file.count) bytes, expected at least \(count)", at: file.count)
  }
  var reader = PNMTextReader(file: file, position: header.dataOffset)
  return try (0..<count).map { index in
    guard let value = header.isBitmap ? reader.digit() : reader.number() else {
      throw damaged(name, "found \(index) of \(count) samples", at: reader.position)
    }
    guard value <= header.largest else {
      throw damaged(
        name, "found the sample \(value) above the largest value \(header.largest)", at: reader.position)
    }
    return header.isBitmap ? (value == 0 ? 255 : 0) : scaled(value, from: header.largest)
  }
}

/// A value of 0 to `largest` as one of 0 to 255, rounded.
private func scaled(_ value: Int, from largest: Int) -> UInt8 {
  UInt8(truncatingIfNeeded: (value * 255 + largest / 2) / largest)
}

private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

/// Reads decimal numbers between white space and comments, which run from # to the end of the line.
private struct PNMTextReader {
  let file: [UInt8]
  var position: Int

  /// The next number; nil at the end, before anything else, and beyond 2^32.
  mutating func number() -> Int? {
    skip()
    var value: Int?
    while let digit = digitHere(9) {
      value = (value ?? 0) * 10 + digit
      if let value, value > 1 << 32 { return nil }
      position += 1
    }
    return value
  }

  /// The next 0 or 1.
  mutating func digit() -> Int? {
    skip()
    guard let digit = digitHere(1) else { return nil }
    position += 1
    return digit
  }

  private func digitHere(_ largest: UInt8) -> Int? {
    guard position < file.count, file[position] >= UInt8(ascii: "0") else { return nil }
    let digit = file[position] - UInt8(ascii: "0")
    return digit <= largest ? Int(digit) : nil
  }

  private mutating func skip() {
    while position < file.count {
      if file[position] == UInt8(ascii: "#") {
        while position < file.count, file[position] != 0x0A, file[position] != 0x0D { position += 1 }
      } else if isSpace(file[position]) {
        position += 1
      } else {
        return
      }
    }
  }
}
