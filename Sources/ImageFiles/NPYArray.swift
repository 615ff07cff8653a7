import Files

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// An array of bytes in numpy's `.npy` format: dtype uint8, C order.
public struct NPYArray: Equatable, Sendable {
  /// The length of each dimension; empty for a single number.
  public let shape: [Int]
  /// The elements, the last dimension running fastest.
  public let bytes: [UInt8]

  /// Makes an array; refuses a shape that does not fit the number of bytes.
  public init(shape: [Int], bytes: [UInt8]) throws {
    guard elementCount(of: shape) == bytes.count else {
      throw ImageFileError(
        file: "array", problem: "found \(bytes.count) bytes for the shape \(shape)",
        cure: "give as many bytes as the shape has elements")
    }
    self.shape = shape
    self.bytes = bytes
  }

  /// Reads a `.npy` file of version 1.0, 2.0 or 3.0.
  public init(contentsOf path: String) throws {
    try self.init(npy: readBytes(path), name: path)
  }

  /// Reads a `.npy` file held in memory; `name` stands for the file in errors.
  public init(npy file: [UInt8], name: String) throws {
    let header = try NPYHeader(of: file, name: name)
    let found = file.count - header.dataOffset
    guard let expected = elementCount(of: header.shape), expected == found else {
      throw ImageFileError(
        file: name, offset: header.dataOffset,
        problem: "found \(found) bytes of data, expected what the shape \(header.shape) says",
        cure: "write the file again with numpy.save")
    }
    shape = header.shape
    bytes = Array(file[header.dataOffset...])
  }

  /// The array as a `.npy` file of version 1.0.
  public var npy: [UInt8] {
    var tuple = shape.map(String.init).joined(separator: ", ")
    if shape.count == 1 { tuple += "," }
    var header = "{'descr': '|u1', 'fortran_order': False, 'shape': (\(tuple)), }"
    // Magic, version and length take 10 bytes; numpy aligns the data to 64 and ends the header with a newline.
    header += String(repeating: " ", count: 63 - (10 + header.utf8.count) % 64) + "\n"
    let length = header.utf8.count
    var file = NPYHeader.magic + [1, 0, UInt8(length & 255), UInt8(length >> 8)]
    file.reserveCapacity(file.count + length + bytes.count)
    file += header.utf8
    file += bytes
    return file
  }

  /// Writes the `.npy` file; it appears under `path` only when it is complete.
  public func write(to path: String) throws {
    try AtomicFile.write(Data(npy), to: path)
  }
}

/// The product of the dimensions, or nil when one is negative or the product does not fit a machine word.
func elementCount(of shape: [Int]) -> Int? {
  var product = 1
  for length in shape {
    let (value, overflow) = product.multipliedReportingOverflow(by: length)
    guard length >= 0, !overflow else { return nil }
    product = value
  }
  return product
}
