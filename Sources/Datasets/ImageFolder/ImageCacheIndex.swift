import Files
import Foundation

/// What a cache of decoded images holds: one record for each image, in the order of its pixels, and what is no image.
struct ImageCacheIndex: Equatable, Sendable {
  /// An image that lies in the cache.
  struct Record: Equatable, Sendable {
    let path: String
    let content: ContentStamp
    /// The CRC-32 of the pixels.
    let checksum: UInt32
  }

  /// A file that could not be decoded.
  struct Fault: Equatable, Sendable {
    let path: String
    /// What could never be decoded; nil where the file could not be read.
    let content: ContentStamp?
    let reason: String
  }

  /// The file of the pixels, beside the index.
  var pixelFile: String
  /// Its time of change in nanoseconds: any other time means that something else wrote to it.
  var pixelFileModified: Int
  var records: [Record]
  var faults: [Fault]

  /// A name that belongs to these pixels, in this order, and to no others.
  static func pixelFileName(for records: [Record]) -> String {
    var hash = Hash(.sha256)
    for record in records {
      hash.update(record.path.utf8)
      for number in [record.path.utf8.count, Int(record.checksum)] {
        withUnsafeBytes(of: number.littleEndian) { hash.update($0) }
      }
      withUnsafeBytes(of: record.content.digest) { hash.update($0) }
    }
    return "pixels-\(hexadecimal(hash.finish().prefix(8))).rgb"
  }

  // MARK: The file

  /// Changed whenever pixels decoded by an earlier version would differ, or the file's form does.
  ///
  /// A cache of version 2 recognised files by size and time alone, and may hold the pixels of others: it is made again.
  private static let magic = Array("pba image cache 3\n".utf8)

  /// The index as a file: magic, numbers of 64 bits, little end first, texts with their length before them, SHA-256.
  func encoded(imageSize: ImageSize) -> [UInt8] {
    var file = Self.magic
    func append(_ number: Int) { withUnsafeBytes(of: Int64(number).littleEndian) { file += $0 } }
    func append(_ text: String) {
      append(text.utf8.count)
      file += text.utf8
    }
    func append(_ content: ContentStamp) {
      for index in content.digest.indices { append(Int(bitPattern: UInt(content.digest[index]))) }
      append(Int(bitPattern: UInt(content.state.identity.device)))
      append(Int(bitPattern: UInt(content.state.identity.number)))
      append(content.state.size)
      append(content.state.modified)
      append(content.state.changed)
      append(content.isProven ? 1 : 0)
    }
    append(imageSize.height)
    append(imageSize.width)
    append(pixelFile)
    append(pixelFileModified)
    append(records.count)
    for record in records {
      append(record.path)
      append(record.content)
      append(Int(record.checksum))
    }
    append(faults.count)
    for fault in faults {
      append(fault.path)
      append(fault.content == nil ? 0 : 1)
      if let content = fault.content { append(content) }
      append(fault.reason)
    }
    return file + HashFunction.sha256(file)
  }

  /// Reads an index; nil for a damaged file, one of another version, and one for images of another size.
  init?(_ file: [UInt8], imageSize: ImageSize) {
    let body = file.dropLast(HashFunction.sha256.byteCount)
    guard file.count > HashFunction.sha256.byteCount, body.starts(with: Self.magic),
      HashFunction.sha256(body).elementsEqual(file[body.endIndex...])
    else { return nil }
    var reader = IndexReader(rest: body.dropFirst(Self.magic.count))
    guard reader.number() == imageSize.height, reader.number() == imageSize.width,
      let pixelFile = reader.text(), !pixelFile.contains("/"), let pixelFileModified = reader.number(),
      let count = reader.number(),
      count >= 0
    else { return nil }
    var records: [Record] = []
    for _ in 0..<count {
      guard let path = reader.text(), let content = reader.content(),
        let checksum = reader.number().flatMap(UInt32.init(exactly:))
      else { return nil }
      records.append(Record(path: path, content: content, checksum: checksum))
    }
    guard let faultCount = reader.number(), faultCount >= 0 else { return nil }
    var faults: [Fault] = []
    for _ in 0..<faultCount {
      guard let path = reader.text(), let hasContent = reader.number() else { return nil }
      let content = hasContent == 1 ? reader.content() : nil
      guard (content != nil) == (hasContent == 1), let reason = reader.text() else { return nil }
      faults.append(Fault(path: path, content: content, reason: reason))
    }
    self.init(pixelFile: pixelFile, pixelFileModified: pixelFileModified, records: records, faults: faults)
  }

  init(pixelFile: String, pixelFileModified: Int, records: [Record], faults: [Fault]) {
    self.pixelFile = pixelFile
    self.pixelFileModified = pixelFileModified
    self.records = records
    self.faults = faults
  }
}

private struct IndexReader {
  var rest: ArraySlice<UInt8>

  mutating func number() -> Int? {
    guard rest.count >= 8 else { return nil }
    defer { rest = rest.dropFirst(8) }
    return rest.prefix(8).withUnsafeBytes { Int(Int64(littleEndian: $0.loadUnaligned(as: Int64.self))) }
  }

  mutating func text() -> String? {
    guard let count = number(), count >= 0, count <= rest.count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return String(decoding: rest.prefix(count), as: UTF8.self)
  }

  mutating func content() -> ContentStamp? {
    var numbers: [Int] = []
    for _ in 0..<10 {
      guard let number = number() else { return nil }
      numbers.append(number)
    }
    func unsigned(_ place: Int) -> UInt64 { UInt64(bitPattern: Int64(numbers[place])) }
    return ContentStamp(
      digest: SIMD4(unsigned(0), unsigned(1), unsigned(2), unsigned(3)),
      state: FileState(
        identity: FileIdentity(device: unsigned(4), number: unsigned(5)), size: numbers[6],
        modified: numbers[7], changed: numbers[8]),
      isProven: numbers[9] == 1)
  }
}
