import Files
import Foundation
import Images
import Text

/// The training and validation images of a dataset in one file, for a worker on a machine that does not have the dataset.
///
/// The file is a first line, the length of a header in 8 bytes, the header in JSON, the labels in 4 bytes each and the pixels,
/// both of the training images first. Numbers are little-endian. Test images are left out, as a search does not see them.
public struct PackedImages: Codable, Hashable, Sendable {
  /// The path of the file.
  public let file: String
  /// The SHA-256 of the file, 64 lower-case hexadecimal digits.
  public let digest: String

  /// A file that was written before.
  public init(file: String, digest: String) {
    self.file = file
    self.digest = digest
  }

  /// Writes images to a new file; after an error there is none.
  ///
  /// - Parameters:
  ///   - splits: the images.
  ///   - origin: the digest of the whole dataset, as ``DatasetSplits/digest()`` gives it.
  ///   - file: the path of the file, where nothing may be.
  ///   - onPiece: called with the bytes of each few megabytes of pixels that were written; what it throws ends the writing.
  /// - Throws: `FileError`.
  public init(
    _ splits: DatasetSplits, origin: String, writingTo file: String,
    onPiece: (_ count: Int) throws -> Void = { _ in }
  ) throws {
    let header = try PackedHeader(splits, origin: origin).encoded()
    var writer = PackedWriter(to: try FileDescriptor(creating: file))
    do {
      try writer.reserve(header.count + Self.contentSize(of: splits))
      try header.withUnsafeBytes { try writer.write($0) }
      let sets = [splits.train, splits.validation]
      for set in sets { try set.labels.map(\.littleEndian).withUnsafeBytes { try writer.write($0) } }
      for set in sets {
        let pixels = set.images.pixels
        for first in stride(from: 0, to: pixels.count, by: PackedWriter.pieceSize) {
          let piece = first..<min(first + PackedWriter.pieceSize, pixels.count)
          try pixels.withUnsafeBufferPointer {
            try writer.write(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: $0[piece])))
          }
          pixels.setAside(piece)
          try onPiece(piece.count)
        }
      }
      self.init(file: file, digest: writer.finish())
    } catch {
      try? AtomicFile.remove(file)
      throw error
    }
  }

  /// The bytes that the file of some images has.
  public static func size(of splits: DatasetSplits) throws -> Int {
    try PackedHeader(splits, origin: String(repeating: "0", count: 64)).encoded().count
      + contentSize(of: splits)
  }

  private static func contentSize(of splits: DatasetSplits) -> Int {
    [splits.train, splits.validation].reduce(0) {
      $0 + $1.images.pixels.count + $1.count * MemoryLayout<Int32>.size
    }
  }

  /// The images, which stay in the file until they are read; it may be deleted meanwhile.
  ///
  /// - Parameter origin: the digest of the dataset that they must be of; nil for any.
  /// - Returns: the images, without any to test on.
  /// - Throws: `FileError`; `DatasetError` where the file has another digest, other images, or cannot be read.
  public func splits(of origin: String?) throws -> DatasetSplits {
    let input = try FileDescriptor(own: file, flags: O_RDONLY, action: "open")
    let mapped = try MappedFile(input, size: Int(input.status().st_size))
    var hash = Hash(.sha256)
    hash.update(UnsafeRawBufferPointer(mapped.bytes))
    let found = hexadecimal(hash.finish())
    guard found == digest else {
      throw fault(
        "the digest \(found.prefix(12))…", "\(digest.prefix(12))…, that of the images that were sent")
    }
    return try splits(in: LentBytes(mapped), of: origin)
  }

  /// The images in the bytes of a file.
  func splits(in bytes: LentBytes, of origin: String?) throws -> DatasetSplits {
    let whole = PixelBytes(bytes, 0..<bytes.count)
    guard let (header, length) = PackedHeader.read(whole) else {
      throw fault(
        "no header that can be read", "images packed by the same version of this program",
        cure: "install the same version of swift-pba on this node as where the search runs")
    }
    if let origin, header.origin != origin {
      throw fault(
        "images with the digest \(header.origin.prefix(12))…", "those of the search, \(origin.prefix(12))…")
    }
    guard let size = header.size else {
      throw fault(
        "a header for \(header.train + header.validation) images of \(header.width)x\(header.height)",
        "sizes that fit in memory")
    }
    guard size == bytes.count - length else { throw fault("\(bytes.count) bytes", "\(size + length)") }
    let labels = whole.labels(at: length, count: header.train + header.validation)
    if let index = labels.firstIndex(where: { !header.classNames.indices.contains(Int($0)) }) {
      throw fault(
        "the label \(labels[index])", "labels from 0 to \(header.classNames.count - 1)",
        offset: length + index * MemoryLayout<Int32>.size)
    }
    var place = length + labels.count * MemoryLayout<Int32>.size
    func set(_ labels: ArraySlice<Int32>) -> LabeledImages {
      let size = labels.count * header.imageSize
      defer { place += size }
      return LabeledImages(
        images: ImageStack(
          count: labels.count, height: header.height, width: header.width,
          pixels: PixelBytes(bytes, place..<place + size)), labels: Array(labels))
    }
    return DatasetSplits(
      name: header.name, classNames: header.classNames, train: set(labels[..<header.train]),
      validation: set(labels[header.train...]), test: set([]), statistics: header.statistics)
  }

  private func fault(
    _ found: String, _ expected: String, offset: Int? = nil,
    cure: ErrorText = "continue with \(setting: "resume"), which sends the images again"
  ) -> DatasetError {
    .badFile(file: file, offset: offset, found: found, expected: expected, cure: cure)
  }
}

/// A file that is written from its start, with the digest of what was written.
private struct PackedWriter: ~Copyable {
  private let file: FileDescriptor
  private var hash = Hash(.sha256)
  private var place = 0

  /// The bytes that are written at a time.
  static let pieceSize = 4 << 20

  init(to file: consuming FileDescriptor) {
    self.file = file
  }

  func reserve(_ size: Int) throws { try file.reserve(size) }

  mutating func write(_ bytes: UnsafeRawBufferPointer) throws {
    for first in stride(from: 0, to: bytes.count, by: Self.pieceSize) {
      let piece = UnsafeRawBufferPointer(rebasing: bytes[first..<min(first + Self.pieceSize, bytes.count)])
      hash.update(piece)
      try file.write(piece, at: place)
      place += piece.count
    }
  }

  consuming func finish() -> String { hexadecimal(hash.finish()) }
}

/// What stands before labels and pixels in a file of packed images.
struct PackedHeader: Codable {
  let origin: String
  /// What the dataset is called, which checkpoints hold.
  let name: String
  let classNames: [String]
  let height: Int
  let width: Int
  let train: Int
  let validation: Int
  /// The bits of the floats, so that each is exactly what it was.
  private let mean: [UInt32]
  private let standardDeviation: [UInt32]

  private static let firstLine = Array("pba packed images 1\n".utf8)
  private static let largest = 64 << 20
  private static let mostPixelsOfSide = 1 << 16

  init(_ splits: DatasetSplits, origin: String) {
    self.origin = origin
    name = splits.name
    classNames = splits.classNames
    (height, width) = (splits.train.images.height, splits.train.images.width)
    (train, validation) = (splits.train.count, splits.validation.count)
    mean = splits.statistics.mean.map(\.bitPattern)
    standardDeviation = splits.statistics.standardDeviation.map(\.bitPattern)
  }

  /// The first line, the length and the header.
  func encoded() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let text = try encoder.encode(self)
    return Self.firstLine + withUnsafeBytes(of: UInt64(text.count).littleEndian, Array.init) + text
  }

  /// The header and the bytes up to its end; nil where there is none whose values have a meaning.
  static func read(_ bytes: PixelBytes) -> (PackedHeader, length: Int)? {
    let start = firstLine.count + 8
    guard bytes.count >= start, bytes.prefix(firstLine.count).elementsEqual(firstLine) else { return nil }
    let length = bytes[firstLine.count..<start].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= min(largest, bytes.count - start) else { return nil }
    let text = Data(bytes[start..<start + Int(length)])
    guard let header = try? JSONDecoder().decode(PackedHeader.self, from: text), header.isUsable else {
      return nil
    }
    return (header, start + Int(length))
  }

  private var isUsable: Bool {
    let deviations = standardDeviation.map(Float.init(bitPattern:))
    return mean.count == 3 && deviations.count == 3 && !classNames.isEmpty
      && mean.allSatisfy { Float(bitPattern: $0).isFinite } && deviations.allSatisfy { $0 > 0 && $0.isFinite }
      && [height, width].allSatisfy { (1...Self.mostPixelsOfSide).contains($0) }
      && [train, validation].allSatisfy { (0...Int(Int32.max)).contains($0) }
  }

  var statistics: ChannelStatistics {
    ChannelStatistics(
      mean: mean.map(Float.init(bitPattern:)),
      standardDeviation: standardDeviation.map(Float.init(bitPattern:)))
  }

  /// The bytes of an image.
  var imageSize: Int { height * width * 3 }

  /// The bytes of labels and pixels; nil where no memory has so many.
  var size: Int? {
    let (size, isTooMuch) = (train + validation).multipliedReportingOverflow(
      by: imageSize + MemoryLayout<Int32>.size)
    return isTooMuch ? nil : size
  }
}

extension PixelBytes {
  /// Labels that stand among the bytes.
  fileprivate func labels(at place: Int, count: Int) -> [Int32] {
    withUnsafeBufferPointer { bytes in
      let raw = UnsafeRawBufferPointer(bytes)
      return (0..<count).map {
        Int32(littleEndian: raw.loadUnaligned(fromByteOffset: place + $0 * 4, as: Int32.self))
      }
    }
  }
}
