import Foundation

/// Named tensors and text in the safetensors format: eight bytes of header length, a JSON header, raw bytes.
///
/// Written files keep the order of ``tensors`` and hold nothing that changes between runs, so equal contents are equal
/// bytes. Read bytes are treated as hostile: every length is checked before it is used.
/// Format: https://github.com/huggingface/safetensors
public struct Safetensors {
  /// The tensors, in the order of the file.
  public var tensors: [NamedTensor]
  /// The header's `__metadata__`.
  public var metadata: [String: String]

  /// A file of these tensors.
  public init(tensors: [NamedTensor], metadata: [String: String]) {
    self.tensors = tensors
    self.metadata = metadata
  }

  /// The tensor of that name, or nil.
  public subscript(_ name: String) -> Tensor? { tensors.first { $0.name == name }?.tensor }
}

// MARK: - Writing

extension Safetensors {
  /// The whole file.
  ///
  /// - Parameter seal: gives more metadata, such as a digest, from the header that the file would have without
  ///   it and the bytes of all tensors.
  /// - Returns: the bytes of the file.
  /// - Throws: ``TorchError`` for an element type that the format or this module does not know.
  public func encoded(seal: (_ header: [UInt8], _ body: Data) -> [String: String] = { _, _ in [:] }) throws
    -> Data
  {
    var body = Data()
    for named in tensors { try body.append(contentsOf: named.tensor.bytes()) }
    let header = try header(metadata.merging(seal(header(metadata), body)) { $1 })
    var file = Data(capacity: 8 + header.count + body.count)
    withUnsafeBytes(of: UInt64(header.count).littleEndian) { file.append(contentsOf: $0) }
    file.append(contentsOf: header)
    file.append(body)
    return file
  }

  /// The length of the whole file, with no tensor read.
  ///
  /// - Parameter seal: metadata as long as what ``encoded(seal:)`` is given.
  /// - Returns: the length in bytes.
  /// - Throws: ``TorchError`` for an element type that the format or this module does not know.
  public func encodedByteCount(seal: [String: String] = [:]) throws -> Int {
    let header = try header(metadata.merging(seal) { $1 })
    return try tensors.reduce(8 + header.count) { try $0 + Self.byteCount($1) }
  }

  /// The header that the file would have without one entry of its metadata.
  public func header(without key: String) throws -> [UInt8] {
    try header(metadata.filter { $0.key != key })
  }

  /// The JSON header, with spaces up to a multiple of eight bytes.
  private func header(_ metadata: [String: String]) throws -> [UInt8] {
    var fields: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }.map {
        "\(Self.quoted($0.key)):\(Self.quoted($0.value))"
      }
      fields.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    var offset = 0
    for named in tensors {
      let end = try offset + Self.byteCount(named)
      guard let type = named.tensor.dataType, let code = Self.code(of: type) else {
        throw Self.unknownType(named)
      }
      let shape = named.tensor.shape.map(String.init).joined(separator: ",")
      fields.append(
        "\(Self.quoted(named.name)):{\"dtype\":\"\(code)\",\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}"
      )
      offset = end
    }
    var header = Array("{\(fields.joined(separator: ","))}".utf8)
    while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
    return header
  }

  private static func byteCount(_ named: NamedTensor) throws -> Int {
    guard let type = named.tensor.dataType else { throw unknownType(named) }
    return named.tensor.count * type.byteCount
  }

  private static func unknownType(_ named: NamedTensor) -> TorchError {
    TorchError("the tensor \(named.name) has an element type that safetensors cannot hold")
  }

  /// The bytes of all tensors in a file, without its header; nil where the file is too short for one.
  public static func body(of file: Data) -> Data? {
    guard file.count >= 8 else { return nil }
    let length = file.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(file.count - 8) else { return nil }
    return file.dropFirst(8 + Int(length))
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

// MARK: - Reading

extension Safetensors {
  private struct Entry: Decodable {
    var dtype: String
    var shape: [Int]
    var data_offsets: [Int]
  }

  private struct Header: Decodable {
    var entries: [(name: String, entry: Entry)] = []
    var metadata: [String: String] = [:]

    struct Key: CodingKey {
      var stringValue: String
      var intValue: Int? { nil }
      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }

    init(from decoder: Decoder) throws {
      let container = try decoder.container(keyedBy: Key.self)
      for key in container.allKeys {
        if key.stringValue == "__metadata__" {
          metadata = try container.decode([String: String].self, forKey: key)
        } else {
          entries.append((key.stringValue, try container.decode(Entry.self, forKey: key)))
        }
      }
    }
  }

  /// Reads a whole file's bytes; tensors come in the order of their place in the file.
  ///
  /// - Parameters:
  ///   - file: the bytes; they may be damaged or hostile.
  ///   - name: how errors call the file.
  /// - Throws: ``TorchError`` that says what is wrong with the file.
  public init(_ file: Data, name: String) throws {
    func damaged(_ why: String) -> TorchError {
      TorchError("\(name) is not a whole safetensors file: \(why)")
    }
    guard file.count >= 8 else {
      throw damaged("it has \(file.count) bytes, the header length alone takes 8")
    }
    let start = file.startIndex
    let length = file[start..<start + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(file.count - 8) else {
      throw damaged("its header should have \(length) bytes, \(file.count - 8) follow")
    }
    let header: Header
    do {
      header = try JSONDecoder().decode(Header.self, from: file[(start + 8)..<(start + 8 + Int(length))])
    } catch {
      throw damaged("its header is not the JSON that the format asks for")
    }
    metadata = header.metadata
    tensors = []
    let data = file[(start + 8 + Int(length))...]
    for (name, entry) in header.entries.sorted(by: {
      ($0.entry.data_offsets.first ?? 0, $0.name) < ($1.entry.data_offsets.first ?? 0, $1.name)
    }) {
      guard let type = Self.type(of: entry.dtype) else {
        throw damaged("the tensor \(name) has the element type \(entry.dtype), which is not known here")
      }
      var expected = type.byteCount
      for size in entry.shape {
        let (product, overflow) = expected.multipliedReportingOverflow(by: size)
        guard size >= 0, !overflow else {
          throw damaged("the tensor \(name) has the impossible shape \(entry.shape)")
        }
        expected = product
      }
      guard entry.data_offsets.count == 2, entry.data_offsets[0] >= 0, entry.data_offsets[1] <= data.count,
        entry.data_offsets[0] <= entry.data_offsets[1],
        entry.data_offsets[1] - entry.data_offsets[0] == expected
      else {
        throw damaged(
          "the tensor \(name) of shape \(entry.shape) needs \(expected) bytes, its offsets are \(entry.data_offsets)"
            + " of \(data.count)")
      }
      let bytes = data[(data.startIndex + entry.data_offsets[0])..<(data.startIndex + entry.data_offsets[1])]
      let tensor = try bytes.withUnsafeBytes { try Tensor.fromBytes($0, shape: entry.shape, type) }
      tensors.append(NamedTensor(name: name, tensor: tensor))
    }
  }

  private static let codes: [(type: DataType, code: String)] = [
    (.uint8, "U8"), (.int64, "I64"), (.float32, "F32"), (.float64, "F64"), (.bool, "BOOL"),
    (.bfloat16, "BF16"),
  ]

  private static func code(of type: DataType) -> String? { codes.first { $0.type == type }?.code }

  private static func type(of code: String) -> DataType? { codes.first { $0.code == code }?.type }
}
