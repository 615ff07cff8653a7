/// What the head of a `.npy` file says, read strictly.
///
/// The format is numpy's: magic, version, header length, then a Python dictionary with the keys `descr`,
/// `fortran_order` and `shape` (numpy.lib.format).
struct NPYHeader {
  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  let shape: [Int]
  /// Where the elements begin.
  let dataOffset: Int

  init(of file: [UInt8], name: String) throws {
    func failure(_ offset: Int, _ problem: String) -> ImageFileError {
      ImageFileError(
        file: name, offset: offset, problem: problem,
        cure: "write it with numpy.save(path, numpy.ascontiguousarray(array, dtype=numpy.uint8))")
    }
    guard file.starts(with: Self.magic) else {
      throw failure(0, "found other bytes than a .npy file's magic \\x93NUMPY")
    }
    guard file.count >= 12 else { throw failure(file.count, "the file ends inside its header") }
    let version = (file[6], file[7])
    guard (1...3).contains(version.0), version.1 == 0 else {
      throw failure(6, "found version \(version.0).\(version.1), expected 1.0, 2.0 or 3.0")
    }
    let lengthBytes = version.0 == 1 ? 2 : 4
    let length = (0..<lengthBytes).reduce(0) { $0 | Int(file[8 + $1]) << (8 * $1) }
    let start = 8 + lengthBytes
    guard length <= file.count - start else {
      throw failure(8, "found a header length of \(length), but \(file.count - start) bytes follow")
    }
    var reader = NPYHeaderReader(text: file[start..<start + length])
    guard let fields = reader.fields() else {
      throw failure(
        reader.position,
        "found a header that is not a dictionary of 'descr', 'fortran_order' and 'shape'")
    }
    guard ["|u1", "u1", "<u1", ">u1", "=u1"].contains(fields.descr) else {
      throw failure(start, "found dtype '\(fields.descr)', expected '|u1' (uint8)")
    }
    guard !fields.fortranOrder else { throw failure(start, "found Fortran order, expected C order") }
    shape = fields.shape
    dataOffset = start + length
  }
}

/// Reads the dictionary in a `.npy` header: just the literals that numpy writes there.
private struct NPYHeaderReader {
  struct Fields {
    var descr: String
    var fortranOrder: Bool
    var shape: [Int]
  }

  private var text: ArraySlice<UInt8>

  init(text: ArraySlice<UInt8>) {
    self.text = text
  }

  /// The byte of the file that is read next.
  var position: Int { text.startIndex }

  /// The three fields, or nil when the text is anything else; `position` then tells where.
  mutating func fields() -> Fields? {
    var descr: String?
    var fortranOrder: Bool?
    var shape: [Int]?
    guard take("{") else { return nil }
    while !take("}") {
      guard let key = quoted(), take(":") else { return nil }
      switch key {
      case "descr" where descr == nil: descr = quoted()
      case "fortran_order" where fortranOrder == nil: fortranOrder = boolean()
      case "shape" where shape == nil: shape = tuple()
      default: return nil
      }
      guard take(",") || text.first == UInt8(ascii: "}") else { return nil }
    }
    skipSpace()
    guard text.isEmpty, let descr, let fortranOrder, let shape else { return nil }
    return Fields(descr: descr, fortranOrder: fortranOrder, shape: shape)
  }

  private mutating func skipSpace() {
    text = text.drop { $0 == 0x20 || $0 == 0x0A }
  }

  private mutating func take(_ word: String) -> Bool {
    skipSpace()
    guard text.starts(with: word.utf8) else { return false }
    text = text.dropFirst(word.utf8.count)
    skipSpace()
    return true
  }

  private mutating func quoted() -> String? {
    skipSpace()
    guard let quote = text.first, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
      return nil
    }
    guard let end = text.dropFirst().firstIndex(of: quote) else { return nil }
    let word = String(decoding: text[(text.startIndex + 1)..<end], as: UTF8.self)
    text = text[(end + 1)...]
    skipSpace()
    return word
  }

  private mutating func boolean() -> Bool? {
    if take("True") { return true }
    return take("False") ? false : nil
  }

  private mutating func tuple() -> [Int]? {
    guard take("(") else { return nil }
    var lengths: [Int] = []
    while !take(")") {
      let digits = text.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      guard let length = Int(String(decoding: digits, as: UTF8.self)), lengths.count < 32 else { return nil }
      lengths.append(length)
      text = text[digits.endIndex...]
      guard take(",") || text.first == UInt8(ascii: ")") else { return nil }
    }
    return lengths
  }
}
