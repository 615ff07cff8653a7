/// The room in which operations work on one image after another: two pixel buffers and some scratch.
///
/// The only owner of raw memory in this module. A pixel is one 32-bit word, R in its lowest byte and A in its
/// highest (the order R, G, B, A in memory on the little-endian machines that Swift runs on). A kernel writes
/// `pixels` in place, or fills `spare` wholly and swaps.
struct Canvas: ~Copyable {
  typealias Pixel = UInt32

  let width: Int
  let height: Int
  /// The image.
  private(set) var pixels: UnsafeMutablePointer<Pixel>
  /// A buffer of the same size, to write the next image into.
  private(set) var spare: UnsafeMutablePointer<Pixel>
  /// One 256-entry table for each of R, G, B.
  let tables: UnsafeMutablePointer<UInt8>
  /// Counts of the 256 values for each of R, G, B, twice.
  let counts: UnsafeMutablePointer<UInt32>
  /// One number for each byte of a row.
  let rowSums: UnsafeMutablePointer<UInt16>

  static let alphaMask: Pixel = 0xFF00_0000

  var area: Int { width * height }

  init(width: Int, height: Int) {
    precondition(width > 0 && height > 0, "a canvas has at least one pixel")
    self.width = width
    self.height = height
    pixels = .allocate(capacity: width * height)
    pixels.initialize(repeating: 0, count: width * height)
    spare = .allocate(capacity: width * height)
    spare.initialize(repeating: 0, count: width * height)
    tables = .allocate(capacity: 3 * 256)
    tables.initialize(repeating: 0, count: 3 * 256)
    counts = .allocate(capacity: 2 * 3 * 256)
    counts.initialize(repeating: 0, count: 2 * 3 * 256)
    rowSums = .allocate(capacity: 4 * width)
    rowSums.initialize(repeating: 0, count: 4 * width)
  }

  deinit {
    pixels.deallocate()
    spare.deallocate()
    tables.deallocate()
    counts.deallocate()
    rowSums.deallocate()
  }

  mutating func swapBuffers() {
    swap(&pixels, &spare)
  }

  /// Takes an image of the canvas's size.
  mutating func load(_ image: RGBAImage) {
    precondition(image.width == width && image.height == height, "the image does not fit the canvas")
    image.pixels.withUnsafeBytes { bytes in
      UnsafeMutableRawBufferPointer(start: pixels, count: area * 4).copyMemory(from: bytes)
    }
  }

  /// Takes interleaved RGB bytes, `width * height * 3` of them, as an opaque image.
  mutating func load(rgb: UnsafePointer<UInt8>) {
    let source = UnsafeRawPointer(rgb)
    let last = area - 1
    for index in 0..<last {
      pixels[index] = source.loadUnaligned(fromByteOffset: 3 &* index, as: Pixel.self) | Self.alphaMask
    }
    // A four-byte read of the last pixel would leave the buffer.
    pixels[last] =
      Pixel(rgb[3 * last]) | Pixel(rgb[3 * last + 1]) << 8 | Pixel(rgb[3 * last + 2]) << 16 | Self.alphaMask
  }

  /// Returns the image as a value.
  func image() -> RGBAImage {
    let bytes = UnsafeRawBufferPointer(start: pixels, count: area * 4)
    return RGBAImage(width: width, height: height, pixels: Array(bytes))
  }
}
