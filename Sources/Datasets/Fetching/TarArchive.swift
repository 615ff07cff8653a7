/// The size of a header, and the unit that contents are filled up to.
private let blockSize = 512

/// Reads the regular files of a tar archive (POSIX.1-1988 ustar, and GNU's tar where it agrees).
///
/// Only files that lie directly in one named folder are accepted; links, devices, long names and paths that lead
/// elsewhere are errors.
struct TarArchive {
  private let source: any ByteSource
  private let name: String
  private let folder: String

  /// Reads unpacked bytes; `name` is the archive's, for messages.
  init(_ source: any ByteSource, name: String, folder: String) {
    self.source = source
    self.name = name
    self.folder = folder
  }

  /// Gives each file to the body: its name without the folder, and its contents.
  func forEachFile(_ body: (_ name: String, _ contents: TarContents) throws -> Void) throws {
    while let header = try header() {
      let (path, size, type) = header
      let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
      switch type {
      case "5", "0", "\0":
        // A folder's name may end with a slash.
        let components = parts.last == "" ? parts.dropLast() : parts[...]
        guard components.first == folder, !components.contains(""), !components.contains("."),
          !components.contains(".."), components.count <= 2
        else {
          throw failure("the path \(path.debugDescription)", "files in \(folder) and nowhere else")
        }
        if type == "5" { continue }
        guard components.count == 2, parts.last != "" else {
          throw failure("a file at \(path.debugDescription)", "files in \(folder)")
        }
        let contents = TarContents(source, size: size, archive: name)
        try body(components[components.startIndex + 1], contents)
        try contents.finish()
      case "g":
        // Remarks on the whole archive.
        try TarContents(source, size: size, archive: name).finish()
      default:
        throw failure("an entry of type \(type.debugDescription)", "files and folders only")
      }
    }
    // To the end, so that the packing's own sum is checked.
    try source.forEachBlock { _ in }
  }

  /// The next entry's path, size and type; nil after the last.
  private func header() throws -> (path: String, size: Int, type: String)? {
    var block = [UInt8](repeating: 0, count: blockSize)
    let count = try block.withUnsafeMutableBytes { try source.fill($0) }
    guard count == blockSize else {
      throw failure("an end after \(count) bytes of an entry", "a whole entry")
    }
    if block.allSatisfy({ $0 == 0 }) { return nil }
    let sum = block.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 0x20 : Int($1.element)) }
    guard octal(block[148..<156]) == sum, let size = octal(block[124..<136]), size <= 1 << 32 else {
      throw failure("an entry with a wrong sum or size", "a tar archive")
    }
    let isPOSIX = block[257..<263].elementsEqual("ustar\0".utf8)
    let prefix = isPOSIX ? text(block[345..<500]) : ""
    let path = (prefix.isEmpty ? "" : prefix + "/") + text(block[0..<100])
    return (path, size, String(decoding: block[156...156], as: UTF8.self))
  }

  private func text(_ field: ArraySlice<UInt8>) -> String {
    String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
  }

  /// A number without sign, its digits between spaces; nil for anything else, such as GNU's and star's binary sizes.
  private func octal(_ field: ArraySlice<UInt8>) -> Int? {
    let words = text(field).split(separator: " ")
    guard words.count == 1, words[0].utf8.allSatisfy({ (0x30...0x37).contains($0) }) else { return nil }
    return Int(words[0], radix: 8)
  }

  private func failure(_ found: String, _ expected: String) -> DatasetError {
    .badFile(
      file: name, offset: source.fileOffset, found: found, expected: expected,
      cure: "use the archive as it is published")
  }
}

/// The contents of one file in a tar archive.
final class TarContents: ByteSource {
  private let source: any ByteSource
  private let archive: String
  private var left: Int
  private var padding: Int

  init(_ source: any ByteSource, size: Int, archive: String) {
    self.source = source
    self.archive = archive
    left = size
    padding = (blockSize - size % blockSize) % blockSize
  }

  var fileOffset: Int { source.fileOffset }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    guard left > 0 else { return 0 }
    let count = try source.read(
      into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(buffer.count, left)]))
    guard count > 0 else {
      throw DatasetError.badFile(
        file: archive, offset: source.fileOffset, found: "an end \(left) bytes before that of a file in it",
        expected: "the whole file", cure: "use the archive as it is published")
    }
    left -= count
    return count
  }

  /// Reads what is left, and what fills it up to whole blocks.
  fileprivate func finish() throws {
    try forEachBlock { _ in }
    left = padding
    padding = 0
    try forEachBlock { _ in }
  }
}
