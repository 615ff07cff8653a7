#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The first bytes of a file in memory as the disk has them, read when they are touched.
///
/// A file that is replaced under its name stays mapped as it was. The bytes are valid while the value lives.
package final class MappedFile: Sendable {
  /// The bytes; nothing writes to them.
  package nonisolated(unsafe) let bytes: UnsafeBufferPointer<UInt8>

  /// Maps so many bytes of an open file, which may be closed afterwards.
  package init(_ file: borrowing FileDescriptor, size: Int) throws {
    guard size > 0 else {
      bytes = UnsafeBufferPointer(start: nil, count: 0)
      return
    }
    let address = mmap(nil, size, PROT_READ, MAP_SHARED, file.raw, 0)
    guard let address, address != MAP_FAILED else {
      throw FileError(path: file.path, action: "map", code: errno)
    }
    bytes = UnsafeBufferPointer(start: address.assumingMemoryBound(to: UInt8.self), count: size)
  }

  deinit {
    if let start = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: start), bytes.count) }
  }

  /// Lets a part leave the memory till it is read again: its whole pages, which the system keeps as long as there is room.
  package static func setAside(_ part: UnsafeBufferPointer<UInt8>) {
    let page = Int(getpagesize())
    guard let start = part.baseAddress.map(UInt.init(bitPattern:)) else { return }
    let first = (Int(bitPattern: start) + page - 1) / page * page
    let end = (Int(bitPattern: start) + part.count) / page * page
    if first < end { madvise(UnsafeMutableRawPointer(bitPattern: first), end - first, MADV_DONTNEED) }
  }
}
