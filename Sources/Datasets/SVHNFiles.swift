import Augmentation
import Text

/// More images than this, and longer ones, are not the dataset's: they bound what a hostile file can ask for.
private let mostImages = 1 << 24
private let longestSide = 1 << 10

/// The images of SVHN's MATLAB files, in their order, as one row.
///
/// Headers and labels are read now; the images are unpacked in blocks when they are asked for, so that of the
/// files themselves never more than a block is in memory.
func openSVHN(_ paths: some Sequence<String>) throws -> StoredImages {
  let files = try paths.map(SVHNFile.init(contentsOf:))
  guard let first = files.first else { preconditionFailure("a set of no files") }
  for file in files.dropFirst() where (file.height, file.width) != (first.height, first.width) {
    throw file.images.failure(
      found: "images of \(file.height) × \(file.width) pixels",
      expected: "\(first.height) × \(first.width) as in \(first.images.file.path)")
  }
  return StoredImages(
    count: files.reduce(0) { $0 + $1.labels.count }, height: first.height, width: first.width
  ) { placement in
    var index = 0
    for file in files {
      try file.readBlocks { block, imageSize, labels in
        for (place, label) in labels.enumerated() {
          placement.place(
            index + place, label: label, from: block, at: place * imageSize, layout: .planarColumnsRGB)
        }
        index += labels.count
      }
    }
  }
}

/// Reads a whole file and checks everything in it.
func checkSVHN(_ path: String) throws {
  try SVHNFile(contentsOf: path).readBlocks { _, _, _ in }
}

/// One of SVHN's files: the variable `X`, uint8 [height, width, 3, N] with the rows varying fastest, and the
/// variable `y`, N labels 1 to 10, where 10 stands for the digit 0.
private struct SVHNFile: Sendable {
  let images: MATVariable
  let labels: [Int32]
  let height: Int
  let width: Int

  init(contentsOf path: String) throws {
    let variables = try MATVariable.all(in: path)
    func variable(_ name: String) throws -> MATVariable {
      guard let variable = variables.first(where: { $0.name == name }) else {
        let names = variables.map(\.name.debugDescription).joined(separator: ", ")
        throw DatasetError.badFile(
          file: path, offset: nil,
          found: variables.isEmpty ? "no numeric variables" : "the numeric variables \(names)",
          expected: "X and y", cure: "use the cropped digits of SVHN (format 2) as they are distributed")
      }
      return variable
    }
    images = try variable("X")
    var shape = images.dimensions
    // MATLAB drops a last length of 1.
    if shape.count == 3 { shape.append(1) }
    guard shape.count == 4, shape[2] == 3, shape.allSatisfy({ $0 > 0 }), shape[3] <= mostImages,
      max(shape[0], shape[1]) <= longestSide
    else {
      throw images.failure(
        found: "X of shape \(images.dimensions)",
        expected: "[height, width, 3, N], sides at most \(longestSide), N at most \(mostImages)")
    }
    guard images.storage == .uint8, images.byteCount == product(of: shape) else {
      throw images.failure(
        found: "X of shape \(images.dimensions) stored in \(images.byteCount) bytes as \(images.storage)",
        expected: "a byte (uint8) for each number")
    }
    (height, width) = (shape[0], shape[1])
    labels = try readLabels(variable("y"), count: shape[3])
  }

  /// Gives the images to the body a block at a time: bytes of whole images, the size of one, and their labels.
  func readBlocks(_ body: (_ bytes: [UInt8], _ imageSize: Int, _ labels: ArraySlice<Int32>) throws -> Void)
    throws
  {
    let imageSize = height * width * 3
    let perBlock = max(1, (1 << 20) / imageSize)
    var block = [UInt8](repeating: 0, count: min(perBlock, labels.count) * imageSize)
    let reader = try images.numbers()
    for start in stride(from: 0, to: labels.count, by: perBlock) {
      let chosen = labels[start..<min(start + perBlock, labels.count)]
      try block.withUnsafeMutableBytes { bytes in
        try reader.fill(UnsafeMutableRawBufferPointer(rebasing: bytes[..<(chosen.count * imageSize)]))
      }
      try body(block, imageSize, chosen)
    }
    try reader.finish()
  }
}

/// The product of lengths; nil where it is too large for an integer.
private func product(of lengths: [Int]) -> Int? {
  lengths.reduce(1) { product, length in
    guard let (value, overflow) = product.map({ $0.multipliedReportingOverflow(by: length) }) else {
      return nil
    }
    return overflow ? nil : value
  }
}

/// Reads the labels, which are whole numbers in any type of storage.
private func readLabels(_ variable: MATVariable, count: Int) throws -> [Int32] {
  guard variable.dimensions.sorted() == [1, count].sorted(),
    variable.byteCount == count * variable.storage.width
  else {
    throw variable.failure(
      found: "y of shape \(variable.dimensions) stored in \(variable.byteCount) bytes",
      expected: "a label for each of the \(counted(count, "image")) of X")
  }
  let reader = try variable.numbers()
  // Room is made as the labels come: their number is only what the file says.
  var labels: [Int32] = []
  for index in 0..<count {
    let label = try wholeNumber(reader, variable.storage)
    guard let label, (1...10).contains(label) else {
      throw variable.failure(
        found: "the label \(label.map(String.init) ?? "that is no whole number") of image \(index)",
        expected: "1 to 10")
    }
    labels.append(Int32(label % 10))
  }
  try reader.finish()
  return labels
}

private func wholeNumber(_ reader: MATReader, _ storage: MATStorage) throws -> Int? {
  let bits = try reader.integer(width: storage.width)
  return switch storage {
  case .uint8, .uint16, .uint32: Int(bits)
  case .int8: Int(Int8(truncatingIfNeeded: bits))
  case .int16: Int(Int16(truncatingIfNeeded: bits))
  case .int32: Int(Int32(truncatingIfNeeded: bits))
  case .single: Int(exactly: Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
  case .double: Int(exactly: Double(bitPattern: bits))
  }
}
