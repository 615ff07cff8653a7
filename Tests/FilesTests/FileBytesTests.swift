import Files
import Foundation
import TestSupport
import Testing

@Suite struct FileBytesTests {
  @Test(arguments: ["", "some bytes"])
  func aFileIsReadWhole(text: String) throws {
    let folder = try TemporaryFolder()
    try folder.write(text, to: "file")
    #expect(try readBytes(folder("file")) == Array(text.utf8))
  }

  @Test func whatIsNoFileIsRefused() throws {
    let folder = try TemporaryFolder()
    try folder.write("12345", to: "file")
    #expect(mkfifo(folder("pipe"), 0o600) == 0)
    #expect(
      message(of: FileError.self) { try readBytes(folder("none")) }
        == "\(folder("none")): cannot open: No such file or directory")
    for name in ["pipe", "."] {
      #expect(
        message(of: FileError.self) { try readBytes(folder(name)) }
          == "\(folder(name)): cannot read: found a folder or a device, expected a file; name a file")
    }
    #expect(
      message(of: FileError.self) { try readBytes(folder("file"), limit: 4) }
        == "\(folder("file")): cannot read: found 5 bytes, expected at most 4; check that this is the right file"
    )
  }
}
