/// A TIFF file made of its parts: one page without compression, little-endian.
struct TIFFBytes {
  var width = 2
  var height = 1
  var bits = 8
  /// Samples for each pixel.
  var bands: Int
  /// 0 where white is zero, 1 where black is zero, 2 for RGB.
  var photometric = 2
  /// What each sample after the colours is: 0 not said, 1 alpha that the colours are multiplied by, 2 alpha.
  var extra: [Int] = []
  /// 1 for numbers without sign, 2 with sign, 3 for floating point.
  var format = 1
  var isPlanar = false
  /// The side of square tiles; nil for one strip.
  var tile: Int?
  /// Rows that the strip says it has; nil for all, so that it is the only one.
  var rowsPerStrip: Int?
  /// Each pixel's samples beside one another, row by row.
  var samples: [Int]

  /// The whole file.
  var file: [UInt8] {
    let parts = blocks
    var data: [UInt8] = []
    var offsets: [Int] = []
    for part in parts {
      offsets.append(8 + data.count)
      data += part
    }
    if data.count % 2 == 1 { data.append(0) }
    let (short, long) = (3, 4)
    var entries: [(tag: Int, type: Int, values: [Int])] = [
      (256, long, [width]), (257, long, [height]), (258, short, Array(repeating: bits, count: bands)),
      (259, short, [1]), (262, short, [photometric]), (277, short, [bands]),
      (284, short, [isPlanar ? 2 : 1]), (339, short, Array(repeating: format, count: bands)),
    ]
    let counts = parts.map(\.count)
    if let tile {
      entries += [(322, long, [tile]), (323, long, [tile]), (324, long, offsets), (325, long, counts)]
    } else {
      entries += [(273, long, offsets), (278, long, [rowsPerStrip ?? height]), (279, long, counts)]
    }
    if !extra.isEmpty { entries.append((338, short, extra)) }
    entries.sort { $0.tag < $1.tag }
    let directory = 8 + data.count
    var afterwards: [UInt8] = []
    var words = Self.bytes(entries.count, 2)
    for entry in entries {
      let width = entry.type == short ? 2 : 4
      let value = entry.values.flatMap { Self.bytes($0, width) }
      words += Self.bytes(entry.tag, 2) + Self.bytes(entry.type, 2) + Self.bytes(entry.values.count, 4)
      if value.count <= 4 {
        words += value + Array(repeating: 0, count: 4 - value.count)
      } else {
        words += Self.bytes(directory + 2 + entries.count * 12 + 4 + afterwards.count, 4)
        afterwards += value
      }
    }
    return Array("II*\0".utf8) + Self.bytes(directory, 4) + data + words + Self.bytes(0, 4) + afterwards
  }

  /// The strip, or the tiles, of each plane.
  private var blocks: [[UInt8]] {
    let (blockWidth, blockHeight) = (tile ?? width, tile ?? height)
    let planes = isPlanar ? (0..<bands).map { [$0] } : [Array(0..<bands)]
    var blocks: [[UInt8]] = []
    for plane in planes {
      for top in stride(from: 0, to: height, by: blockHeight) {
        for left in stride(from: 0, to: width, by: blockWidth) {
          var block: [UInt8] = []
          for y in top..<top + blockHeight {
            for x in left..<left + blockWidth {
              for band in plane {
                let isInside = x < width && y < height
                block += Self.bytes(isInside ? samples[(y * width + x) * bands + band] : 0, bits / 8)
              }
            }
          }
          blocks.append(block)
        }
      }
    }
    return blocks
  }

  private static func bytes(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}
