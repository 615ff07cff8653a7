import CPixels
import Images

/// The memory in which operations work on one image after another: two pixel buffers and some scratch.
///
/// The only owner of raw memory in this module: one block, in which both pixel buffers lie between margins, as the kernels
/// of `CPixels` need it. A pixel is one 32-bit word, R in its lowest byte and A in its highest (the order R, G, B, A in
/// memory on the little-endian machines that Swift runs on). A kernel writes `pixels` in place, or fills `spare` wholly and
/// swaps.
struct Canvas: ~Copyable {
  typealias Pixel = UInt32

  let width: Int
  let height: Int
  /// The vector code to work with; nil is the plain code.
  let kernels: PixelKernels?
  /// The image.
  private(set) var pixels: UnsafeMutablePointer<Pixel>
  /// A buffer of the same size, to write the next image into.
  private(set) var spare: UnsafeMutablePointer<Pixel>
  /// One 256-entry table for each of R, G, B.
  let tables: UnsafeMutablePointer<UInt8>
  /// Tables of 256 entries that were computed before; each has a number of its own, and 0 is the number of none.
  let keptTables: (numbers: UnsafeMutablePointer<UInt64>, entries: UnsafeMutablePointer<UInt8>)
  static let keptTableCount = 16
  /// Counts of the 256 values for each of R, G, B, four times.
  let counts: UnsafeMutablePointer<UInt32>
  /// The column from which each pixel of a row is taken.
  let columns: UnsafeMutablePointer<UInt32>
  /// One number for each byte of a row.
  let rowSums: UnsafeMutablePointer<UInt16>
  /// Some rows of the image in the form that JPEG has them, ``JPEGBand``.
  let bands: UnsafeMutableRawPointer

  private let memory: UnsafeMutableRawPointer

  static let alphaMask: Pixel = 0xFF00_0000

  var area: Int { width * height }

  init(width: Int, height: Int, kernels: PixelKernels? = .chosen) {
    precondition(width > 0 && height > 0, "a canvas has at least one pixel")
    self.width = width
    self.height = height
    self.kernels = kernels
    let margin = Self.margin(width: width)
    let parts = Parts(width: width, height: height)
    memory = .allocate(byteCount: parts.total, alignment: 64)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: parts.total)
    var place = memory
    func part<Element>(_ bytes: Int, of type: Element.Type) -> UnsafeMutablePointer<Element> {
      defer { place += bytes }
      return place.bindMemory(to: type, capacity: bytes / MemoryLayout<Element>.stride)
    }
    pixels = part(parts.buffer, of: Pixel.self) + margin
    spare = part(parts.buffer, of: Pixel.self) + margin
    keptTables = (
      numbers: part(parts.keptNumbers, of: UInt64.self), entries: part(parts.keptEntries, of: UInt8.self)
    )
    bands = place
    place += parts.bands
    counts = part(parts.counts, of: UInt32.self)
    tables = part(parts.tables, of: UInt8.self)
    columns = part(parts.columns, of: UInt32.self)
    rowSums = part(parts.rowSums, of: UInt16.self)
  }

  deinit { memory.deallocate() }

  /// Pixels before an image, and at least so many behind it.
  ///
  /// A multiple of 16, so that an image begins where a line of the cache does.
  private static func margin(width: Int) -> Int { (Int(CPIXELS_MARGIN) + width + 15) / 16 * 16 }

  /// How many bytes each part of the memory has.
  private struct Parts {
    let buffer, rowSums, columns, bands: Int
    let counts = 4 * 3 * 256 * 4
    let tables = 3 * 256
    let keptNumbers = 8 * keptTableCount
    let keptEntries = 256 * keptTableCount

    init(width: Int, height: Int) {
      buffer = (width * height + 2 * margin(width: width) + 15) / 16 * 64
      (columns, rowSums) = (4 * width, 2 * 4 * width)
      bands = JPEGBand.byteCount(width: width)
    }

    var total: Int { 2 * buffer + keptNumbers + keptEntries + counts + tables + columns + rowSums + bands }
  }

  /// The bytes of memory that a canvas of this size takes.
  static func byteCount(width: Int, height: Int) -> Int { Parts(width: width, height: height).total }

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
    if let kernels { return kernels.load_rgb(pixels, rgb, area) }
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
