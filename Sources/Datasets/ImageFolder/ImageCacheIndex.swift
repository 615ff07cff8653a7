import Crypto
import Foundation

/// What a cache of decoded images holds: one record for each image, in the order of its pixels, and what is no image.
struct ImageCacheIndex: Equatable, Sendable {
  /// An image that lies in the cache.
  struct Record: Equatable, Sendable {
    let path: String
    let size: Int
    let modified: Int
    /// The CRC-32 of the pixels.
    let checksum: UInt32

    /// Whether this is what became of a file, unless the file has changed since.
    func stands(for image: FolderImage) -> Bool {
      size == image.size && modified == image.modified && path.utf8.elementsEqual(image.path.utf8)
    }
  }

  /// A file that could not be decoded.
  struct Fault: Equatable, Sendable {
    let path: String
    let size: Int
    let modified: Int
    let reason: String
    /// Whether the same bytes can never be decoded; else they could not be read.
    let isOfContent: Bool

    /// Whether this is what became of a file, unless the file has changed since.
    func stands(for image: FolderImage) -> Bool {
      size == image.size && modified == image.modified && path.utf8.elementsEqual(image.path.utf8)
    }
  }

  /// The file of the pixels, beside the index.
  var pixelFile: String
  /// Its time of change in nanoseconds: any other time means that something else wrote to it.
  var pixelFileModified: Int
  var records: [Record]
  var faults: [Fault]

  /// A name that belongs to these records and to no others.
  static func pixelFileName(for records: [Record]) -> String {
    var hash = SHA256()
    for record in records {
      hash.update(data: Data(record.path.utf8))
      for number in [record.path.utf8.count, record.size, record.modified, Int(record.checksum)] {
        withUnsafeBytes(of: number.littleEndian) { hash.update(bufferPointer: $0) }
      }
    }
    let digest = hash.finalize().prefix(8).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
    return "pixels-\(digest.joined()).rgb"
  }

  // MARK: The file

  /// Changed whenever pixels decoded by an earlier version would differ, or the file's form does.
  private static let magic = Array("pba image cache 2\n".utf8)

  /// The index as a file: magic, numbers of 64 bits, little end first, texts with their length before them, SHA-256.
  func encoded(imageSize: ImageSize) -> [UInt8] {
    var file = Self.magic
    func append(_ number: Int) { withUnsafeBytes(of: Int64(number).littleEndian) { file += $0 } }
    func append(_ text: String) {
      append(text.utf8.count)
      file += text.utf8
    }
    append(imageSize.height)
    append(imageSize.width)
    append(pixelFile)
    append(pixelFileModified)
    append(records.count)
    for record in records {
      append(record.path)
      append(record.size)
      append(record.modified)
      append(Int(record.checksum))
    }
    append(faults.count)
    for fault in faults {
      append(fault.path)
      append(fault.size)
      append(fault.modified)
      append(fault.reason)
      append(fault.isOfContent ? 1 : 0)
    }
    return file + SHA256.hash(data: file)
  }

  /// Reads an index; nil for a damaged file, one of another version, and one for images of another size.
  init?(_ file: [UInt8], imageSize: ImageSize) {
    let body = file.dropLast(SHA256.byteCount)
    guard file.count > SHA256.byteCount, body.starts(with: Self.magic),
      SHA256.hash(data: body).elementsEqual(file[body.endIndex...])
    else { return nil }
    var reader = IndexReader(rest: body.dropFirst(Self.magic.count))
    guard reader.number() == imageSize.height, reader.number() == imageSize.width,
      let pixelFile = reader.text(), let pixelFileModified = reader.number(), let count = reader.number(),
      count >= 0
    else { return nil }
    var records: [Record] = []
    for _ in 0..<count {
      guard let path = reader.text(), let size = reader.number(), let modified = reader.number(),
        let checksum = reader.number().flatMap(UInt32.init(exactly:))
      else { return nil }
      records.append(Record(path: path, size: size, modified: modified, checksum: checksum))
    }
    guard let faultCount = reader.number(), faultCount >= 0 else { return nil }
    var faults: [Fault] = []
    for _ in 0..<faultCount {
      guard let path = reader.text(), let size = reader.number(), let modified = reader.number(),
        let reason = reader.text(), let isOfContent = reader.number()
      else { return nil }
      faults.append(
        Fault(path: path, size: size, modified: modified, reason: reason, isOfContent: isOfContent == 1))
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

extension ImageCacheIndex.Fault {
  init(of image: FolderImage, _ reason: String, _ isOfContent: Bool) {
    self.init(
      path: image.path, size: image.size, modified: image.modified, reason: reason, isOfContent: isOfContent)
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
}
