import Files
import Text

/// Where a MATLAB 5 file's elements begin.
private let headerSize = 128

/// Element types of MATLAB 5 files, by their numbers in the format's description.
private enum ElementType {
  static let int8 = 1
  static let int32 = 5
  static let uint32 = 6
  static let matrix = 14
  static let compressed = 15
}

/// A numeric variable of a MATLAB 5 file: its header is read, its numbers stay in the file.
///
/// The format is described in "MAT-File Format", The MathWorks: a header of 128 bytes, then elements of a tag
/// (type and byte count) and data. A variable is an element of elements (flags, dimensions, name, numbers), by itself
/// or packed by zlib.
struct MATVariable: Sendable {
  let file: OpenFile
  let name: String
  /// The lengths, the one that varies fastest first.
  let dimensions: [Int]
  /// How each number is stored.
  let storage: MATStorage
  /// The size of all numbers.
  let byteCount: Int
  /// Where the variable's element lies in the file, for messages.
  let offset: Int
  private let element: MATElement
  private let numbersOffset: Int

  /// Every numeric variable of a file; others are passed over.
  static func all(in path: String) throws -> [MATVariable] {
    let file = try OpenFile(path)
    let bigEndian = try checkedHeader(of: file)
    var variables: [MATVariable] = []
    var offset = headerSize
    while offset < file.size {
      let element = try MATElement(file, at: offset, bigEndian: bigEndian)
      if let variable = try MATVariable(element) { variables.append(variable) }
      offset = element.end
    }
    return variables
  }

  /// Reads the header of one variable; nil if it is not numeric.
  private init?(_ element: MATElement) throws {
    let reader = try element.reader()
    let outer = try reader.tag()
    guard outer.type == ElementType.matrix else {
      throw element.failure(found: "an element of type \(outer.type)", expected: "a matrix (14)")
    }
    guard outer.count <= element.mostContentBytes else {
      throw element.failure(
        found: "a matrix of \(outer.count) bytes", expected: "one that its place in the file can hold")
    }
    let flags = try reader.tag()
    guard flags.type == ElementType.uint32, flags.count == 8 else {
      throw element.failure(found: "no array flags", expected: "8 bytes of them")
    }
    let kind = try Int(reader.word() & 0xFF)
    _ = try reader.word()
    // 6 to 15: double, single and the integers.
    guard (6...15).contains(kind) else { return nil }
    let lengths = try reader.tag()
    guard lengths.type == ElementType.int32, lengths.count >= 8, lengths.count <= 128 else {
      throw element.failure(found: "\(lengths.count / 4) dimensions", expected: "2 to 32")
    }
    dimensions = try (0..<lengths.count / 4).map { _ in try Int(Int32(bitPattern: reader.word())) }
    try reader.skipPadding(after: lengths)
    let label = try reader.tag()
    guard label.type == ElementType.int8, label.count <= 256 else {
      throw element.failure(found: "a name of \(label.count) bytes", expected: "at most 256")
    }
    name = String(decoding: try reader.bytes(label.count), as: UTF8.self)
    try reader.skipPadding(after: label)
    let numbers = try reader.tag()
    guard let storage = MATStorage(rawValue: numbers.type) else {
      throw element.failure(
        found: "the variable \(name.debugDescription) stored as type \(numbers.type)", expected: "numbers")
    }
    let room = outer.count - (reader.position - 8)
    guard numbers.count <= room else {
      throw element.failure(
        found: "\(numbers.count) bytes of numbers in the variable \(name.debugDescription)",
        expected: "at most the \(max(room, 0)) that are left of it")
    }
    self.storage = storage
    self.element = element
    file = element.file
    offset = element.offset
    byteCount = numbers.count
    numbersOffset = reader.position
  }

  /// Opens the variable at its first number.
  func numbers() throws -> MATReader {
    let reader = try element.reader()
    try reader.skip(numbersOffset)
    return reader
  }

  func failure(found: String, expected: String) -> DatasetError {
    element.failure(found: found, expected: expected)
  }
}

/// How a number is stored, by the format's type numbers.
enum MATStorage: Int, Sendable {
  case int8 = 1
  case uint8, int16, uint16, int32, uint32, single
  case double = 9

  /// The bytes of one number.
  var width: Int {
    switch self {
    case .int8, .uint8: 1
    case .int16, .uint16: 2
    case .int32, .uint32, .single: 4
    case .double: 8
    }
  }
}

/// Checks what a MATLAB 5 file begins with; returns whether its numbers are big-endian.
private func checkedHeader(of file: OpenFile) throws -> Bool {
  func failure(_ found: String, _ cure: String) -> DatasetError {
    .badFile(file: file.path, offset: 0, found: found, expected: "a MATLAB 5 file", cure: ErrorText(cure))
  }
  let official = "use the file as it is distributed"
  let source = FileRange(file)
  var header = [UInt8](repeating: 0, count: headerSize)
  let count = try header.withUnsafeMutableBytes { try source.fill($0) }
  let hdf5: [UInt8] = [0x89, UInt8(ascii: "H"), UInt8(ascii: "D"), UInt8(ascii: "F")]
  if header.starts(with: "MATLAB 7.3".utf8) || header.starts(with: hdf5) {
    throw failure("a MATLAB 7.3 (HDF5) file", "save it with -v7, or \(official)")
  }
  guard count == headerSize else { throw failure("\(count) bytes in all", official) }
  let mark = String(decoding: header[126...], as: UTF8.self)
  guard header.starts(with: "MATLAB 5".utf8), mark == "IM" || mark == "MI" else {
    let start = header.prefix(8).map { hexadecimal([$0]) }.joined(separator: " ")
    throw failure("a file that begins with the bytes \(start)", official)
  }
  return mark == "MI"
}

/// One element at the top of a MATLAB 5 file.
private struct MATElement: Sendable {
  let file: OpenFile
  let offset: Int
  let end: Int
  private let isCompressed: Bool
  private let bigEndian: Bool

  init(_ file: OpenFile, at offset: Int, bigEndian: Bool) throws {
    self.file = file
    self.offset = offset
    self.bigEndian = bigEndian
    let left = file.size - offset
    guard left >= 8 else {
      throw Self.cutOff(file, offset, found: "\(left) bytes to the end", expected: "a tag of 8 bytes")
    }
    let reader = MATReader(FileRange(file, offset..<offset + 8), file: file.path, bigEndian: bigEndian)
    let type = try Int(reader.word())
    let count = try Int(reader.word())
    guard type == ElementType.matrix || type == ElementType.compressed else {
      throw Self.cutOff(file, offset, found: "an element of type \(type)", expected: "a variable (14 or 15)")
    }
    guard count <= left - 8 else {
      throw Self.cutOff(
        file, offset, found: "\(left - 8) bytes to the end of the file",
        expected: "\(count) bytes of a variable")
    }
    isCompressed = type == ElementType.compressed
    end = offset + 8 + count
  }

  /// The most that the element can unpack to: no deflate stream packs better than 1032 to 1 (zlib's technical notes).
  var mostContentBytes: Int { isCompressed ? 1032 * (end - offset) : end - offset - 8 }

  /// Reads the variable from its tag on.
  func reader() throws -> MATReader {
    let range = FileRange(file, (isCompressed ? offset + 8 : offset)..<end)
    let source: any ByteSource = isCompressed ? try InflatedSource(range, name: file.path) : range
    return MATReader(source, file: file.path, bigEndian: bigEndian)
  }

  func failure(found: String, expected: String) -> DatasetError {
    Self.cutOff(file, offset, found: found, expected: expected)
  }

  private static func cutOff(
    _ file: OpenFile, _ offset: Int, found: String, expected: String
  ) -> DatasetError {
    .badFile(
      file: file.path, offset: offset, found: found, expected: expected,
      cure: "the file is damaged or was cut off, get it again")
  }
}
