/// More instructions than this are no dataset's: it bounds the memory that a hostile file can take.
private let mostInstructions = 1 << 21

/// Reads the pickles of the CIFAR archives as data (protocol 2, written by Python 2 with numpy arrays).
///
/// It knows only the instructions that those files use, and only three names, which it recognises and never
/// calls. Everything else is an error with its place. The instructions are described in Python's pickletools.
struct PickleReader {
  private(set) var document: PickleDocument
  private var position = 0
  private var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]
  private var instructionCount = 0

  /// Reads a whole pickle; `file` stands for it in errors.
  static func read(_ source: [UInt8], file: String) throws -> PickleDocument {
    var reader = PickleReader(document: PickleDocument(file: file, source: source))
    while try reader.step() {}
    return reader.document
  }

  private init(document: PickleDocument) {
    self.document = document
  }

  /// Carries out one instruction; false after the last.
  private mutating func step() throws -> Bool {
    let start = position
    instructionCount += 1
    guard instructionCount <= mostInstructions else {
      throw document.failure(
        at: start, found: "more than \(mostInstructions) instructions",
        expected: "no more than a dataset's file has")
    }
    let code = try integer(bytes: 1)
    switch UInt8(code) {
    case 0x80: try expectProtocol(integer(bytes: 1), at: start)
    case UInt8(ascii: "("): marks.append(stack.count)
    case UInt8(ascii: "N"): stack.append(.none)
    case 0x88: stack.append(.boolean(true))
    case 0x89: stack.append(.boolean(false))
    case UInt8(ascii: "K"): try stack.append(.integer(integer(bytes: 1)))
    case UInt8(ascii: "M"): try stack.append(.integer(integer(bytes: 2)))
    case UInt8(ascii: "J"):
      try stack.append(.integer(Int(Int32(truncatingIfNeeded: integer(bytes: 4)))))
    case UInt8(ascii: "U"): try pushString(length: integer(bytes: 1))
    case UInt8(ascii: "T"), UInt8(ascii: "X"): try pushString(length: integer(bytes: 4))
    case UInt8(ascii: "]"):
      document.lists.append([])
      stack.append(.list(document.lists.count - 1))
    case UInt8(ascii: "}"):
      document.dictionaries.append([])
      stack.append(.dictionary(document.dictionaries.count - 1))
    case UInt8(ascii: ")"): try pushTuple([])
    case 0x85...0x87: try pushTuple(pop(code - 0x84))
    case UInt8(ascii: "t"): try pushTuple(popToMark())
    case UInt8(ascii: "a"): try appendToList(pop(1))
    case UInt8(ascii: "e"): try appendToList(popToMark())
    case UInt8(ascii: "s"): try addToDictionary(pop(2))
    case UInt8(ascii: "u"): try addToDictionary(popToMark())
    case UInt8(ascii: "q"): memo[try integer(bytes: 1)] = try top()
    case UInt8(ascii: "r"): memo[try integer(bytes: 4)] = try top()
    case UInt8(ascii: "h"): try recall(integer(bytes: 1), at: start)
    case UInt8(ascii: "j"): try recall(integer(bytes: 4), at: start)
    case UInt8(ascii: "c"): try pushCallable()
    case UInt8(ascii: "R"): try reduce(at: start)
    case UInt8(ascii: "b"): try build(at: start)
    case UInt8(ascii: "."):
      document.root = try pop(1)[0]
      return false
    default:
      throw document.failure(
        at: start, found: "the pickle instruction 0x\(String(code, radix: 16))",
        expected: "one of those that the official files use")
    }
    return true
  }

  // MARK: Bytes

  private mutating func take(_ count: Int) throws -> Range<Int> {
    guard count <= document.source.count - position else {
      throw document.failure(
        at: position, found: "\(document.source.count - position) bytes to the end of the file",
        expected: "at least \(count) more")
    }
    defer { position += count }
    return position..<position + count
  }

  /// A little-endian number without sign.
  private mutating func integer(bytes count: Int) throws -> Int {
    let range = try take(count)
    return document.source[range].reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  /// The text up to the next newline, which is passed over.
  private mutating func line() throws -> String {
    let rest = document.source[position...].prefix(80)
    guard let end = rest.firstIndex(of: 0x0A) else {
      throw document.failure(at: position, found: "no end of line", expected: "a short name and a newline")
    }
    defer { position = end + 1 }
    return String(decoding: document.source[position..<end], as: UTF8.self)
  }

  // MARK: Stack

  private mutating func pushString(length: Int) throws {
    try stack.append(.string(take(length)))
  }

  private mutating func pushTuple(_ items: [PickleValue]) throws {
    document.tuples.append(items)
    stack.append(.tuple(document.tuples.count - 1))
  }

  private func require(_ count: Int) throws {
    guard stack.count - (marks.last ?? 0) >= count else {
      throw document.failure(
        at: position, found: "too few values for an instruction",
        expected: "\(count) before it")
    }
  }

  private func top() throws -> PickleValue {
    try require(1)
    return stack[stack.count - 1]
  }

  private mutating func pop(_ count: Int) throws -> [PickleValue] {
    try require(count)
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func popToMark() throws -> [PickleValue] {
    guard let mark = marks.popLast() else {
      throw document.failure(at: position, found: "the end of a group", expected: "its beginning before it")
    }
    defer { stack.removeLast(stack.count - mark) }
    return Array(stack[mark...])
  }

  private mutating func recall(_ number: Int, at offset: Int) throws {
    guard let value = memo[number] else {
      throw document.failure(at: offset, found: "a reference to value \(number)", expected: "one kept before")
    }
    stack.append(value)
  }

  // MARK: Containers

  private func expectProtocol(_ version: Int, at offset: Int) throws {
    guard version <= 2 else {
      throw document.failure(at: offset, found: "pickle protocol \(version)", expected: "protocol 2")
    }
  }

  private mutating func appendToList(_ items: [PickleValue]) throws {
    guard case .list(let index) = try top() else {
      throw document.failure(at: position, found: "an append to something else", expected: "a list")
    }
    document.lists[index] += items
  }

  private mutating func addToDictionary(_ items: [PickleValue]) throws {
    guard case .dictionary(let index) = try top(), items.count.isMultiple(of: 2) else {
      throw document.failure(
        at: position, found: "entries for something else", expected: "keys and values for a dictionary")
    }
    for place in stride(from: 0, to: items.count, by: 2) {
      document.dictionaries[index].append((items[place], items[place + 1]))
    }
  }

  // MARK: numpy

  private mutating func pushCallable() throws {
    let start = position
    // numpy 2 renamed its inner package; both names mean the same.
    let name = "\(try line()) \(try line())".replacing("numpy._core.", with: "numpy.core.")
    guard let callable = PickleCallable(rawValue: name) else {
      throw document.failure(
        at: start, found: "the name \(name.debugDescription), which is never called here",
        expected: "numpy's array and dtype only")
    }
    stack.append(.callable(callable))
  }

  /// An empty array, or the type of unsigned bytes, from a name and its arguments.
  private mutating func reduce(at offset: Int) throws {
    let parts = try pop(2)
    guard case .callable(let callable) = parts[0], case .tuple(let index) = parts[1] else {
      throw document.failure(
        at: offset, found: "a call of something else", expected: "numpy's array or dtype")
    }
    switch callable {
    case .reconstruct:
      document.arrays.append(nil)
      stack.append(.array(document.arrays.count - 1))
    case .dtype:
      guard case .string(let code)? = document.tuples[index].first,
        document.source[code].elementsEqual("u1".utf8)
      else {
        throw document.failure(at: offset, found: "an array of another type", expected: "uint8 ('u1')")
      }
      stack.append(.byteType)
    case .ndarray:
      throw document.failure(at: offset, found: "a call of numpy.ndarray", expected: "_reconstruct")
    }
  }

  /// Fills the array below with its state (version, shape, dtype, Fortran order, bytes); a dtype needs none.
  private mutating func build(at offset: Int) throws {
    let state = try pop(1)[0]
    switch try top() {
    case .byteType: return
    case .array(let index):
      guard case .tuple(let fields) = state, document.tuples[fields].count == 5,
        case .tuple(let shape) = document.tuples[fields][1],
        case .byteType = document.tuples[fields][2],
        case .boolean(false) = document.tuples[fields][3],
        case .string(let elements) = document.tuples[fields][4]
      else {
        throw document.failure(
          at: offset, found: "an array with another state",
          expected: "a uint8 array in C order with its bytes")
      }
      document.arrays[index] = PickledArray(
        shape: try lengths(document.tuples[shape], of: elements.count, at: offset), elements: elements)
    default:
      throw document.failure(at: offset, found: "a state for something else", expected: "an array before it")
    }
  }

  private func lengths(_ values: [PickleValue], of count: Int, at offset: Int) throws -> [Int] {
    var shape: [Int] = []
    var product = 1
    for value in values {
      guard case .integer(let length) = value, length >= 0 else {
        throw document.failure(
          at: offset, found: "a shape that is not of lengths", expected: "integers from 0")
      }
      let (next, overflow) = product.multipliedReportingOverflow(by: length)
      shape.append(length)
      product = overflow ? .max : next
    }
    guard product == count else {
      throw document.failure(
        at: offset, found: "\(count) bytes for an array of shape \(shape)",
        expected: "as many as the shape says")
    }
    return shape
  }
}
