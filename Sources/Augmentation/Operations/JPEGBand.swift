import CPixels

/// 16 rows of an image as JPEG has them: luma, and chroma of half the width and height; and the row before them.
///
/// Planes are whole blocks of 8 × 8 wide and high. As in libjpeg, what lies outside of the image repeats its last column
/// before chroma is made smaller, and the last row of luma and of chroma after that.
struct JPEGBand {
  /// The rows of a band, two blocks of luma or one of chroma.
  static let rows = 16
  /// The bytes to both sides of a row of chroma, which may be read or written.
  private static let slack = 16

  private typealias Plane = UnsafeMutablePointer<UInt8>

  private let width, height: Int
  private let kernels: PixelKernels?
  /// The width in whole blocks of chroma, and the places from one of its rows to the next.
  private let padded, chromaStride: Int
  /// The rows of luma, and of blue and red chroma; the first is the one before the band.
  private let luma, blue, red: Plane
  /// Two rows of pixels, the last one repeated to the padded width.
  private let paddedRows: UnsafeMutablePointer<Canvas.Pixel>

  private static func padded(_ width: Int) -> Int { (width + 15) / 16 * 16 }
  private static func chromaStride(_ width: Int) -> Int { padded(width) / 2 + 2 * slack }

  /// The bytes of memory for images of a width.
  static func byteCount(width: Int) -> Int {
    2 * 4 * padded(width) + (rows + 1) * padded(width) + 2 * (rows / 2 + 1) * chromaStride(width)
  }

  /// A band in memory of ``byteCount(width:)``.
  init(memory: UnsafeMutableRawPointer, width: Int, height: Int, kernels: PixelKernels?) {
    (self.width, self.height, self.kernels) = (width, height, kernels)
    padded = Self.padded(width)
    chromaStride = Self.chromaStride(width)
    paddedRows = memory.bindMemory(to: Canvas.Pixel.self, capacity: 2 * padded)
    let (lumaBytes, chromaBytes) = ((Self.rows + 1) * padded, (Self.rows / 2 + 1) * chromaStride)
    luma = (memory + 8 * padded).bindMemory(to: UInt8.self, capacity: lumaBytes + 2 * chromaBytes)
    blue = luma + lumaBytes + Self.slack
    red = blue + chromaBytes
  }

  private func lumaRow(_ row: Int) -> Plane { luma + (row + 1) * padded }
  private func chromaRow(_ row: Int, of plane: Plane) -> Plane { plane + (row + 1) * chromaStride }

  /// Makes the last rows of the band those before the next one.
  func keepLastRows() {
    lumaRow(-1).update(from: lumaRow(Self.rows - 1), count: padded)
    keepLastRow(of: blue)
    keepLastRow(of: red)
  }

  private func keepLastRow(of plane: Plane) {
    let (first, last) = (chromaRow(-1, of: plane), chromaRow(Self.rows / 2 - 1, of: plane))
    (first - Self.slack).update(from: last - Self.slack, count: chromaStride)
  }
}

// Pixels to planes.
extension JPEGBand {
  /// Takes the rows of an image from `top` on.
  func load(_ pixels: UnsafeMutablePointer<Canvas.Pixel>, top: Int) {
    for pair in 0..<Self.rows / 2 {
      let (upperLuma, lowerLuma) = (lumaRow(2 * pair), lumaRow(2 * pair + 1))
      let (blue, red) = (chromaRow(pair, of: blue), chromaRow(pair, of: red))
      let y = top + 2 * pair
      guard y < height else {
        upperLuma.update(from: upperLuma - padded, count: padded)
        lowerLuma.update(from: upperLuma, count: padded)
        blue.update(from: blue - chromaStride, count: padded / 2)
        red.update(from: red - chromaStride, count: padded / 2)
        continue
      }
      let upper = whole(pixels + y * width, in: 0)
      let lower = whole(pixels + min(y + 1, height - 1) * width, in: 1)
      if let kernels {
        kernels.to_planes(upper, lower, upperLuma, lowerLuma, blue, red, padded)
      } else {
        Self.split(upper, lower, upperLuma, lowerLuma, blue, red, count: padded)
      }
    }
  }

  /// A row of pixels of the padded width.
  private func whole(
    _ row: UnsafeMutablePointer<Canvas.Pixel>, in place: Int
  ) -> UnsafeMutablePointer<Canvas.Pixel> {
    guard width < padded else { return row }
    let copy = paddedRows + place * padded
    copy.update(from: row, count: width)
    (copy + width).update(repeating: row[width - 1], count: padded - width)
    return copy
  }

  /// Luma of two rows of pixels, and the chroma of each 2 × 2 of them: ITU-R 601-2, with 16 bits behind the point.
  private static func split(
    _ upper: UnsafeMutablePointer<Canvas.Pixel>, _ lower: UnsafeMutablePointer<Canvas.Pixel>,
    _ upperLuma: Plane, _ lowerLuma: Plane, _ blue: Plane, _ red: Plane, count: Int
  ) {
    for x in 0..<count {
      upperLuma[x] = UInt8(truncatingIfNeeded: Enhance.luma(upper[x]))
      lowerLuma[x] = UInt8(truncatingIfNeeded: Enhance.luma(lower[x]))
    }
    for x in 0..<count / 2 {
      func mean(_ ofRed: Int32, _ ofGreen: Int32, _ ofBlue: Int32) -> UInt8 {
        let left = chroma(upper[2 * x], ofRed, ofGreen, ofBlue) + chroma(lower[2 * x], ofRed, ofGreen, ofBlue)
        let right =
          chroma(upper[2 * x + 1], ofRed, ofGreen, ofBlue) + chroma(lower[2 * x + 1], ofRed, ofGreen, ofBlue)
        // Halves go down in even columns and up in odd ones, so that the mean of all stays.
        return UInt8(truncatingIfNeeded: (left + right + 1 + Int32(x % 2)) >> 2)
      }
      blue[x] = mean(-11059, -21709, 32768)
      red[x] = mean(32768, -27439, -5329)
    }
  }

  private static func chroma(_ pixel: Canvas.Pixel, _ red: Int32, _ green: Int32, _ blue: Int32) -> Int32 {
    let sum =
      red * Int32(pixel & 255) + green * Int32(pixel >> 8 & 255) + blue * Int32(pixel >> 16 & 255)
    return (sum + 128 << 16 + 32767) >> 16
  }
}

// What JPEG changes.
extension JPEGBand {
  /// Passes every block through its transform, whose numbers are rounded to multiples of the steps.
  func transform(luma lumaSteps: UnsafePointer<Int32>, chroma chromaSteps: UnsafePointer<Int32>) {
    for top in stride(from: 0, to: Self.rows, by: 8) {
      transform(lumaRow(top), stride: padded, count: padded / 8, steps: lumaSteps)
    }
    transformChroma(blue, steps: chromaSteps)
    transformChroma(red, steps: chromaSteps)
  }

  private func transformChroma(_ plane: Plane, steps: UnsafePointer<Int32>) {
    transform(chromaRow(0, of: plane), stride: chromaStride, count: padded / 16, steps: steps)
    let end = (width + 1) / 2
    for row in 0..<Self.rows / 2 {
      let row = chromaRow(row, of: plane)
      (row[-1], row[end]) = (row[0], row[end - 1])
    }
  }

  private func transform(_ blocks: Plane, stride: Int, count: Int, steps: UnsafePointer<Int32>) {
    if let kernels { return kernels.requantise(blocks, stride, count, steps) }
    for index in 0..<count { JPEGBlock.requantise(blocks + 8 * index, stride: stride, steps: steps) }
  }
}

// Planes to pixels.
extension JPEGBand {
  /// Writes the colours of the image's row `y`; the band's first row is `top`.
  func store(row y: Int, top: Int, to pixels: UnsafeMutablePointer<Canvas.Pixel>) {
    let luma = lumaRow(y - top)
    // The nearer row of chroma counts three times, the further one once.
    let lastRow = (height + 1) / 2 - 1
    let (near, far) = (y / 2, min(max(y % 2 == 0 ? y / 2 - 1 : y / 2 + 1, 0), lastRow))
    let (nearBlue, farBlue) = (chromaRow(near - top / 2, of: blue), chromaRow(far - top / 2, of: blue))
    let (nearRed, farRed) = (chromaRow(near - top / 2, of: red), chromaRow(far - top / 2, of: red))
    // libjpeg does not mix where there are one or two columns of chroma.
    let mixes = width > 4
    if mixes, let kernels {
      return kernels.from_planes(luma, nearBlue, farBlue, nearRed, farRed, pixels, width)
    }
    for x in 0..<width {
      let blue = mixes ? Self.mixed(nearBlue, farBlue, x) : Int32(nearBlue[x / 2])
      let red = mixes ? Self.mixed(nearRed, farRed, x) : Int32(nearRed[x / 2])
      pixels[x] = Self.pixel(Int32(luma[x]), blue - 128, red - 128) | pixels[x] & Canvas.alphaMask
    }
  }

  /// A value of chroma at column x of the image: 9, 3, 3 and 1 sixteenths of the four nearest.
  private static func mixed(_ near: Plane, _ far: Plane, _ x: Int) -> Int32 {
    func column(_ place: Int) -> Int32 { 3 * Int32(near[place]) + Int32(far[place]) }
    let place = x / 2
    return x % 2 == 0
      ? (3 * column(place) + column(place - 1) + 8) >> 4 : (3 * column(place) + column(place + 1) + 7) >> 4
  }

  private static func pixel(_ luma: Int32, _ blue: Int32, _ red: Int32) -> Canvas.Pixel {
    func kept(_ value: Int32) -> Canvas.Pixel { Canvas.Pixel(min(max(value, 0), 255)) }
    return kept(luma + (91881 * red + 32768) >> 16)
      | kept(luma + (-22554 * blue - 46802 * red + 32768) >> 16) << 8
      | kept(luma + (116130 * blue + 32768) >> 16) << 16
  }
}
