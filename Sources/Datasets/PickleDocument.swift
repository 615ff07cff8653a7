/// A value of a pickle.
///
/// Containers and arrays are numbers into the document's tables: values never hold one another, so no input can make them deep, and a string is only its place in the file.
enum PickleValue {
  case none
  case boolean(Bool)
  case integer(Int)
  case string(Range<Int>)
  case tuple(Int)
  case list(Int)
  case dictionary(Int)
  case callable(PickleCallable)
  case byteType
  case array(Int)
}

/// The only functions and classes that the files name; nothing is ever called.
enum PickleCallable: String {
  case reconstruct = "numpy.core.multiarray _reconstruct"
  case ndarray = "numpy ndarray"
  case dtype = "numpy dtype"
}

/// A numpy array of unsigned bytes inside a pickle: its elements are a range of the file.
struct PickledArray {
  let shape: [Int]
  let elements: Range<Int>
}

/// A pickle file as plain data.
struct PickleDocument {
  let file: String
  let source: [UInt8]
  var root = PickleValue.none
  var tuples: [[PickleValue]] = []
  var lists: [[PickleValue]] = []
  var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []
  /// nil until the pickle has filled the array.
  var arrays: [PickledArray?] = []

  /// The value of a key in the dictionary that the pickle must be.
  func value(_ key: String) throws -> PickleValue {
    guard case .dictionary(let index) = root else {
      throw failure(found: "a pickle of something else", expected: "a dictionary with the key '\(key)'")
    }
    let match = dictionaries[index].last { entry in
      if case .string(let range) = entry.key { return source[range].elementsEqual(key.utf8) }
      return false
    }
    guard let match else { throw failure(found: "no key '\(key)'", expected: "it in the dictionary") }
    return match.value
  }

  /// The integers of a list.
  func integers(_ key: String) throws -> [Int] {
    try list(key).enumerated().map { place, value in
      guard case .integer(let integer) = value else {
        throw failure(found: "another kind of value in '\(key)', entry \(place)", expected: "an integer")
      }
      return integer
    }
  }

  /// The strings of a list.
  func strings(_ key: String) throws -> [String] {
    try list(key).enumerated().map { place, value in
      guard case .string(let range) = value else {
        throw failure(found: "another kind of value in '\(key)', entry \(place)", expected: "a string")
      }
      return String(decoding: source[range], as: UTF8.self)
    }
  }

  /// An array of unsigned bytes.
  func byteArray(_ key: String) throws -> PickledArray {
    guard case .array(let index) = try value(key), let array = arrays[index] else {
      throw failure(found: "something else under '\(key)'", expected: "a numpy array of uint8")
    }
    return array
  }

  private func list(_ key: String) throws -> [PickleValue] {
    guard case .list(let index) = try value(key) else {
      throw failure(found: "something else under '\(key)'", expected: "a list")
    }
    return lists[index]
  }

  func failure(at offset: Int? = nil, found: String, expected: String) -> DatasetError {
    .badFile(
      file: file, offset: offset, found: found, expected: expected,
      cure: "use the file as the official Python archive has it")
  }
}
