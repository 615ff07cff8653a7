import Files
import Foundation

/// Bytes that come one block after another.
protocol ByteSource: AnyObject {
  /// Fills the front of the buffer, which is not empty; returns how many bytes, 0 at the end alone.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int
  /// How far into the file the bytes given so far have led, for messages.
  var fileOffset: Int { get }
}

extension ByteSource {
  /// Fills the buffer as far as there are bytes; returns how many.
  func fill(_ buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    var count = 0
    while count < buffer.count {
      let received = try read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[count...]))
      if received == 0 { break }
      count += received
    }
    return count
  }

  /// Gives the remaining bytes to the body, in blocks.
  func forEachBlock(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    try withUnsafeTemporaryAllocation(byteCount: 1 << 18, alignment: 16) { buffer in
      while case let count = try fill(buffer), count > 0 {
        try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      }
    }
  }
}

/// A regular file that is open for reading, and closed when nothing reads it any longer.
final class OpenFile: Sendable {
  let path: String
  let size: Int
  private let file: FileDescriptor

  init(_ path: String) throws {
    self.path = path
    do {
      // Without O_NONBLOCK a named pipe would wait for a writer.
      file = try FileDescriptor(path, flags: O_RDONLY | O_NONBLOCK, action: "open")
    } catch let error as FileError {
      throw DatasetError.badFile(
        file: path, offset: nil, found: "\"\(error.reason)\" when it was opened",
        expected: "a file that you may read", cure: "check that it exists and that you may read it")
    }
    let status = try file.status()
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw DatasetError.badFile(
        file: path, offset: nil, found: "a folder or a device", expected: "a file", cure: "name a file")
    }
    size = Int(status.st_size)
  }

  /// Reads from a place in the file; returns how many bytes, fewer than there is room for at the file's end alone.
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    do {
      return try file.read(at: offset, into: buffer)
    } catch let error as FileError {
      throw DatasetError.badFile(
        file: path, offset: offset, found: "\"\(error.reason)\"",
        expected: "bytes of the file", cure: "check the disk that holds it")
    }
  }
}

/// A range of an open file as a source.
final class FileRange: ByteSource {
  private let file: OpenFile
  private let end: Int
  private(set) var fileOffset: Int

  /// The range must lie within the file.
  init(_ file: OpenFile, _ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= file.size, "range outside \(file.path)")
    self.file = file
    fileOffset = range.lowerBound
    end = range.upperBound
  }

  convenience init(_ file: OpenFile) { self.init(file, 0..<file.size) }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let wanted = min(buffer.count, end - fileOffset)
    guard wanted > 0 else { return 0 }
    let count = try file.read(
      at: fileOffset, into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]))
    guard count > 0 else {
      throw DatasetError.badFile(
        file: file.path, offset: fileOffset,
        found: "the end of the file, which had \(file.size) bytes before",
        expected: "a file that does not change", cure: "wait until its writer has finished")
    }
    fileOffset += count
    return count
  }
}
