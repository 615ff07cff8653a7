import Augmentation
import Files
import Text

/// A file in the IDX format of MNIST: unsigned bytes with one to three dimensions.
///
/// Big-endian words: a magic of 0x800 plus the number of dimensions, then each length, then the bytes.
struct IDXFile {
  let name: String
  let shape: [Int]
  /// The whole file, decompressed.
  let bytes: [UInt8]
  /// Where the elements begin.
  let dataOffset: Int

  /// Reads a file, packed by gzip or not, that must have this many dimensions.
  init(contentsOf path: String, dimensions: Int) throws {
    try self.init(decompressed(readBytes(path), name: path), name: path, dimensions: dimensions)
  }

  private init(_ bytes: [UInt8], name: String, dimensions: Int) throws {
    func failure(_ offset: Int, _ found: String, _ expected: String) -> DatasetError {
      .badFile(
        file: name, offset: offset, found: found, expected: expected,
        cure: "use the official IDX file, packed by gzip or not")
    }
    func word(_ index: Int) -> Int {
      bytes[index * 4..<index * 4 + 4].reduce(0) { $0 << 8 | Int($1) }
    }
    let start = 4 + 4 * dimensions
    guard bytes.count >= start else {
      throw failure(bytes.count, "the end of the file", "a header of \(start) bytes")
    }
    let magic = 0x800 + dimensions
    guard word(0) == magic else {
      throw failure(
        0, "the magic number 0x\(String(word(0), radix: 16))", "0x\(String(magic, radix: 16))")
    }
    let shape = (1...dimensions).map(word)
    var count = 1
    for length in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: length)
      count = overflow ? .max : product
    }
    guard count == bytes.count - start else {
      throw failure(
        4, "the dimensions \(shape) before \(bytes.count - start) bytes of data", "as many bytes as they say")
    }
    self.name = name
    self.shape = shape
    self.bytes = bytes
    dataOffset = start
  }
}

/// Reads an IDX file of labels and checks that they are within the classes.
func readIDXLabels(_ path: String, classCount: Int) throws -> IDXFile {
  let labels = try IDXFile(contentsOf: path, dimensions: 1)
  for index in 0..<labels.shape[0] {
    let label = Int(labels.bytes[labels.dataOffset + index])
    guard label < classCount else {
      throw DatasetError.badFile(
        file: path, offset: labels.dataOffset + index, found: "the label \(label)",
        expected: "0 to \(classCount - 1)", cure: "use the label file that belongs to this dataset")
    }
  }
  return labels
}

/// Pairs an IDX file of images with one of labels.
///
/// The labels are read now, the images when they are asked for.
func openIDX(images imagePath: String, labels labelPath: String, classCount: Int) throws -> StoredImages {
  let labels = try readIDXLabels(labelPath, classCount: classCount)
  let images = try IDXFile(contentsOf: imagePath, dimensions: 3)
  guard images.shape[0] == labels.shape[0], images.shape[0] > 0 else {
    throw DatasetError.badFile(
      file: imagePath, offset: 4,
      found: "\(counted(images.shape[0], "image")) beside \(counted(labels.shape[0], "label"))",
      expected: "as many of both, and at least one",
      cure: "use an image file and a label file that belong together")
  }
  let (count, height, width) = (images.shape[0], images.shape[1], images.shape[2])
  guard height > 0, width > 0 else {
    throw DatasetError.badFile(
      file: imagePath, offset: 8, found: "images of \(height) × \(width) pixels", expected: "at least 1 × 1",
      cure: "use the official IDX file")
  }
  return StoredImages(count: count, height: height, width: width) { placement in
    for index in 0..<count {
      placement.place(
        index, label: Int32(labels.bytes[labels.dataOffset + index]), from: images.bytes,
        at: images.dataOffset + index * height * width, layout: .grey)
    }
  }
}
