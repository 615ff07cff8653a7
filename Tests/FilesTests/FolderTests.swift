import Files
import Foundation
import TestSupport
import Testing

@Suite struct FolderTests {
  @Test func aFolderIsMadeWithThoseItLiesInAndMayBeThere() throws {
    let folder = try TemporaryFolder()
    for _ in 0..<2 {
      try Folder.make(folder("a/b/c"))
      #expect(Folder.isThere(folder("a/b/c")))
    }
    try Folder.make(folder("a/b/d/"))
    #expect(try folder.names(in: "a/b") == ["c", "d"])
    try FileManager.default.createSymbolicLink(atPath: folder("link"), withDestinationPath: folder("a"))
    try Folder.make(folder("link/e"))
    #expect(try folder.names(in: "a") == ["b", "e"])
  }

  @Test func aFileInTheWayIsNamed() throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "file")
    #expect(!Folder.isThere(folder("file")))
    for (path, reason) in [
      ("file", "there is a file"), ("file/a", "\(folder("file")) is a file"),
      ("file/a/b", "\(folder("file")) is a file"),
    ] {
      let error = #expect(throws: FileError.self) { try Folder.make(folder(path)) }
      #expect(error?.action == "make the folder")
      #expect(error?.reason == reason)
    }
    #expect(try folder.names(in: ".") == ["file"])
  }

  @Test func theSystemsWordsAreTheReason() throws {
    let folder = try TemporaryFolder()
    func refusal(_ path: String) -> String? {
      #expect(throws: FileError.self) { try Folder.make(path) }?.reason
    }
    #expect(refusal("") == "No such file or directory")
    let long = String(repeating: "x", count: 300)
    #expect(refusal(folder(long)) == "File name too long")
    // The folder that it lies in can be made.
    #expect(refusal(folder("a/" + long)) == "File name too long")
    #expect(try folder.names(in: ".") == ["a"])
  }
}
