import Files
import Foundation
import Images

@testable import Datasets

/// The readers of datasets' files, and of the archives that they come in.
let datasetReaders = [
  Reader("gzip") { bytes in
    _ = try decompressed(bytes, name: "input")
  },
  Reader("inflate") { bytes in
    try InflatedSource(MemorySource(bytes), name: "input").forEachBlock(limit: 1 << 20)
  },
  Reader("idx") { bytes in
    // One byte says how many of those that follow are the label file.
    let count = min(Int(bytes.first ?? 0), bytes.count - min(bytes.count, 1))
    InputFile.second.fill(bytes.dropFirst().prefix(count))
    try openIDX(
      images: InputFile.holding(bytes.dropFirst(1 + count)), labels: InputFile.second.path, classCount: 10
    ).readAll()
  },
  Reader("pickle") { bytes in
    let document = try PickleReader.read(bytes, file: "input")
    for key in ["label_names", "fine_label_names"] { _ = try? document.strings(key) }
    for key in ["labels", "fine_labels"] { _ = try? document.integers(key) }
    _ = try? document.byteArray("data")
    _ = try CIFARFormat.pickle(labelKey: "labels").read(InputFile.holding(bytes), classCount: 10)
  },
  Reader("cifar-binary") { bytes in
    _ = try CIFARFormat.binary(labelBytes: 1).read(InputFile.holding(bytes), classCount: 10)
  },
  Reader("mat") { bytes in
    try openSVHN([InputFile.holding(bytes)]).readAll()
  },
  Reader("tar") { bytes in
    try TarArchive(MemorySource(bytes), name: "input", folder: "set").forEachFile { name, contents in
      precondition(!name.isEmpty && name != "." && name != "..", "a name that is no file's")
      precondition(!name.utf8.contains { $0 == UInt8(ascii: "/") || $0 == 0 }, "a name that leads elsewhere")
      var count = 0
      try contents.forEachBlock { count += $0.count }
      precondition(count <= bytes.count, "more bytes than the archive has")
    }
  },
  Reader("http-head") { bytes in
    var head = HTTPHead()
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      head.take(String(decoding: line, as: UTF8.self))
    }
    _ = (head.contentLength, head.validator, head.contentRange)
  },
  Reader("image-cache-index") { body in
    // The digest is right, or nothing behind it would be reached.
    guard let size = ImageSize(height: 8, width: 8),
      let index = ImageCacheIndex(body + HashFunction.sha256(body), imageSize: size)
    else { return }
    let again = ImageCacheIndex(index.encoded(imageSize: size), imageSize: size)
    precondition(again == index, "an index that changes when it is written and read again")
  },
  Reader("packed-images") { bytes in
    let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
    _ = memory.initialize(from: bytes)
    let lent = LentBytes(UnsafeBufferPointer(memory)) {
      UnsafeMutableBufferPointer(mutating: $0).deallocate()
    }
    let splits = try PackedImages(file: "input", digest: "").splits(in: lent, of: nil)
    precondition(splits.train.images.pixels.count + splits.validation.images.pixels.count <= bytes.count)
    _ = splits.digest()
  },
]

extension StoredImages {
  /// Reads every image, unless the file says that they are many.
  fileprivate func readAll() throws {
    if count * height * width <= 1 << 20 { _ = try parts([Array(0..<count)]) }
  }
}

extension ByteSource {
  /// Reads on until so many bytes have come.
  fileprivate func forEachBlock(limit: Int) throws {
    var left = limit
    try forEachBlock { block in
      left -= block.count
      if left < 0 { throw CancellationError() }
    }
  }
}

/// Bytes in memory as a source.
private final class MemorySource: ByteSource {
  private let bytes: [UInt8]
  private(set) var fileOffset = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let part = bytes[fileOffset...].prefix(buffer.count)
    buffer.copyBytes(from: part)
    fileOffset += part.count
    return part.count
  }
}
