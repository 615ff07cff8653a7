import Files
import Foundation
import TestSupport
import Testing

@Suite struct PositionedFileTests {
  private func bytes(_ file: borrowing FileDescriptor, at offset: Int, room: Int) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
      count = try file.read(at: offset, into: UnsafeMutableRawBufferPointer(buffer))
    }
  }

  @Test func bytesAreWrittenAndReadAtTheirPlaces() throws {
    let folder = try TemporaryFolder()
    let file = try FileDescriptor(creating: folder.path + "/pixels")
    try file.reserve(6)
    try [UInt8](4...5).withUnsafeBytes { try file.write($0, at: 4) }
    try [UInt8](0...3).withUnsafeBytes { try file.write($0, at: 0) }
    #expect(try bytes(file, at: 0, room: 6) == [0, 1, 2, 3, 4, 5])
    #expect(try bytes(file, at: 3, room: 2) == [3, 4])
    #expect(try bytes(file, at: 4, room: 9) == [4, 5], "fewer bytes at the end")
    #expect(try bytes(file, at: 6, room: 1).isEmpty)
    try file.resize(to: 3)
    #expect(try file.status().st_size == 3)
    #expect(try bytes(file, at: 0, room: 6) == [0, 1, 2])
  }

  @Test func aMappedFileStaysAsItWas() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/pixels"
    let content = (0..<20_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    try Data(content).write(to: URL(fileURLWithPath: path))
    let mapped: MappedFile
    do {
      let file = try FileDescriptor(path, flags: O_RDONLY, action: "open")
      mapped = try MappedFile(file, size: 19_000)
    }
    try Data([1]).write(to: URL(fileURLWithPath: path), options: .atomic)
    #expect(mapped.bytes.elementsEqual(content.prefix(19_000)))
    MappedFile.setAside(UnsafeBufferPointer(rebasing: mapped.bytes[100..<18_000]))
    #expect(mapped.bytes.elementsEqual(content.prefix(19_000)))
    withExtendedLifetime(mapped) {}
  }

  @Test func nothingIsMappedOfAnEmptyFile() throws {
    let folder = try TemporaryFolder()
    let file = try FileDescriptor(creating: folder.path + "/empty")
    #expect(try MappedFile(file, size: 0).bytes.isEmpty)
  }

  @Test func whatTheSystemRefusesIsAnErrorWithItsNumber() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/read"
    try Data([1]).write(to: URL(fileURLWithPath: path))
    let file = try FileDescriptor(path, flags: O_RDONLY, action: "open")
    let refused = #expect(throws: FileError.self) {
      try [UInt8]([2]).withUnsafeBytes { try file.write($0, at: 0) }
    }
    #expect(refused?.code == EBADF && refused?.path == path && refused?.action == "write")
    let missing = #expect(throws: FileError.self) {
      _ = try FileDescriptor(folder.path + "/none", flags: O_RDONLY, action: "open")
    }
    #expect(missing?.code == ENOENT && missing?.isAboutMissingFile == true)
  }
}
