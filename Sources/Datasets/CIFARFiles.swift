import Augmentation
import Files
import Images
import Text

/// The pixels of a CIFAR image: three planes of 32 × 32.
private let side = 32
private let pixelBytes = 3 * side * side

/// The files of an official set, in their order, as one row of images.
///
/// A file is read twice, once to count its images and once to place them, so that only one is in memory.
func openCIFAR(_ paths: [String], as format: CIFARFormat, classCount: Int) throws -> StoredImages {
  var counts: [Int] = []
  for path in paths { counts.append(try format.read(path, classCount: classCount).labels.count) }
  let expected = counts
  return StoredImages(count: counts.reduce(0, +), height: side, width: side) { placement in
    var first = 0
    for (path, count) in zip(paths, expected) {
      let batch = try format.read(path, classCount: classCount)
      guard batch.labels.count == count else {
        throw DatasetError.badFile(
          file: path, offset: nil, found: "\(counted(batch.labels.count, "image"))",
          expected: "the \(count) of a moment ago",
          cure: "wait until its writer has finished")
      }
      for (index, label) in batch.labels.enumerated() {
        placement.place(
          first + index, label: label, from: batch.bytes, at: batch.firstImage + index * batch.stride,
          layout: .planarRGB)
      }
      first += count
    }
  }
}

extension DatasetFile {
  /// A file of CIFAR images, with its published MD5 where there is one.
  static func cifar(_ name: String, as format: CIFARFormat, classCount: Int, md5: String? = nil)
    -> DatasetFile
  {
    DatasetFile(names: [name], digest: md5.map { .md5($0) }) { path in
      _ = try format.read(path, classCount: classCount)
    }
  }

  /// A pickle with a list of class names under a key.
  static func cifarNames(_ name: String, key: String, classCount: Int, md5: String) -> DatasetFile {
    DatasetFile(names: [name], digest: .md5(md5)) { path in
      _ = try readCIFARNames(path, key: key, classCount: classCount)
    }
  }
}

/// The class names in a pickle.
func readCIFARNames(_ path: String, key: String, classCount: Int) throws -> [String] {
  let document = try PickleReader.read(readBytes(path, limit: 1 << 20), file: path)
  let names = try document.strings(key)
  guard names.count == classCount else {
    throw document.failure(found: "\(counted(names.count, "class name"))", expected: "\(classCount)")
  }
  return names
}

/// The folder itself may be given, the folder that holds it, or one above that.
func cifarFolders(
  _ dataDirectory: String, dataset: String, subfolder: String, _ make: (String) -> DatasetCandidate
) -> [DatasetCandidate] {
  [
    dataDirectory + "/" + subfolder, dataDirectory + "/\(dataset)/" + subfolder,
    dataDirectory + "/\(dataset)", dataDirectory,
  ]
  .map(make)
}

/// One file of CIFAR images in memory.
struct CIFARBatch {
  let labels: [Int32]
  let bytes: [UInt8]
  /// Where the first image's pixels begin.
  let firstImage: Int
  /// The distance from one image's pixels to the next's.
  let stride: Int
}

/// The two forms in which CIFAR is distributed.
enum CIFARFormat: Sendable {
  /// A Python pickle of a dictionary with `data` (uint8 [N, 3072]) and a list of labels under this key.
  case pickle(labelKey: String)
  /// Rows of label bytes, the last of which counts, and 3,072 pixel bytes.
  case binary(labelBytes: Int)

  /// Reads a file and checks all of it.
  func read(_ path: String, classCount: Int) throws -> CIFARBatch {
    // The largest official file, CIFAR-100's training set, has 155 MB.
    let bytes = try readBytes(path, limit: 1 << 28)
    switch self {
    case .pickle(let labelKey):
      return try readPickle(bytes, path, labelKey, classCount)
    case .binary(let labelBytes):
      return try readBinary(bytes, path, labelBytes, classCount)
    }
  }

  private func readBinary(
    _ bytes: [UInt8], _ path: String, _ labelBytes: Int, _ classCount: Int
  ) throws -> CIFARBatch {
    let row = labelBytes + pixelBytes
    guard !bytes.isEmpty, bytes.count.isMultiple(of: row) else {
      throw DatasetError.badFile(
        file: path, offset: bytes.count / row * row, found: "\(bytes.count) bytes in all",
        expected: "whole rows of \(row)", cure: "the file is damaged or was cut off, unpack it again")
    }
    let labels = try (0..<bytes.count / row).map { index in
      let place = index * row + labelBytes - 1
      let label = Int(bytes[place])
      guard label < classCount else {
        throw DatasetError.badFile(
          file: path, offset: place, found: "the label \(label)", expected: "0 to \(classCount - 1)",
          cure: "use the file as the official binary archive has it")
      }
      return Int32(label)
    }
    return CIFARBatch(labels: labels, bytes: bytes, firstImage: labelBytes, stride: row)
  }

  private func readPickle(
    _ bytes: [UInt8], _ path: String, _ labelKey: String, _ classCount: Int
  ) throws -> CIFARBatch {
    let document = try PickleReader.read(bytes, file: path)
    let array = try document.byteArray("data")
    let labels = try document.integers(labelKey).enumerated().map { index, label in
      guard (0..<classCount).contains(label) else {
        throw document.failure(
          found: "the label \(label) of image \(index)", expected: "0 to \(classCount - 1)")
      }
      return Int32(label)
    }
    guard array.shape == [labels.count, pixelBytes], !labels.isEmpty else {
      throw document.failure(
        at: array.elements.lowerBound,
        found: "data of shape \(array.shape) beside \(counted(labels.count, "label"))",
        expected: "[N, \(pixelBytes)] for N labels")
    }
    return CIFARBatch(
      labels: labels, bytes: bytes, firstImage: array.elements.lowerBound, stride: pixelBytes)
  }
}
