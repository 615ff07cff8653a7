import Files
import Foundation
import TestSupport
import Testing

@Suite("The system's reasons")
struct SystemReasonTests {
  @Test("a failure that Foundation reports has the system's words")
  func foundation() throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "file")
    for (path, code) in [(folder("nothing"), ENOENT), (folder("file") + "/x", ENOTDIR)] {
      let error = #expect(throws: (any Error).self) {
        try FileManager.default.contentsOfDirectory(atPath: path)
      }
      let reason = systemReason(of: try #require(error))
      // On Linux Foundation takes a path through a file for one that is not there.
      #expect(reason == systemReason(code) || reason == systemReason(ENOENT))
    }
    #expect(systemReason(of: CocoaError(.fileReadNoPermission)) == "Permission denied")
    #expect(systemReason(of: CocoaError(.fileWriteOutOfSpace)) == "No space left on device")
    #expect(systemReason(of: POSIXError(.EROFS)) == "Read-only file system")
    #expect(systemReason(of: FileError(path: "a", action: "open", reason: "why")) == "a: cannot open: why")
  }

  @Test("the usual reasons have a cure, unless the error has its own")
  func cures() {
    func text(_ code: Int32, cure: String? = nil) -> String {
      FileError(path: "/a", action: "open", reason: systemReason(code), cure: cure).description
    }
    #expect(
      text(EACCES)
        == "/a: cannot open: Permission denied; have its permissions changed, or name another place")
    #expect(text(EROFS) == "/a: cannot open: Read-only file system; name another place")
    #expect(text(ENOSPC) == "/a: cannot open: No space left on device; make room, or name another place")
    #expect(text(EMFILE) == "/a: cannot open: Too many open files; raise the limit of open files (ulimit -n)")
    #expect(text(EACCES, cure: "ask") == "/a: cannot open: Permission denied; ask")
    #expect(text(ENOENT) == "/a: cannot open: No such file or directory")
  }

  @Test("what a name stands for is reported with its link followed, and without")
  func kinds() throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "file")
    for (link, target) in [("to-file", "file"), ("to-folder", "."), ("to-nothing", "nothing")] {
      try FileManager.default.createSymbolicLink(atPath: folder(link), withDestinationPath: target)
    }
    #expect(FileKind(at: folder("file")) == .file)
    #expect(FileKind(at: folder("to-nothing")) == .link)
    #expect(FileKind(at: folder("nothing")) == nil)
    #expect(FileKind(following: folder("to-file")) == .file)
    #expect(FileKind(following: folder("to-folder")) == .folder)
    #expect(FileKind(following: folder("to-nothing")) == nil)
    #expect(try isOwnFileThere(folder("file")))
    #expect(try !isOwnFileThere(folder("nothing")))
    #expect(throws: FileError.self) { try isOwnFileThere(folder("to-file")) }
    #expect(throws: FileError.self) { try isOwnFileThere(folder("to-nothing")) }
  }

  @Test("listing what is no folder names the system's reason, not Foundation's number")
  func listing() throws {
    let folder = try TemporaryFolder()
    let error = #expect(throws: FileError.self) { try AtomicFile.names(in: folder("nothing")) }
    #expect(try #require(error).reason == "No such file or directory")
  }

  @Test("what is there is distinguished from what is not, and from what may not be read")
  func presence() throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "file")
    #expect(try isThere(folder("file")))
    #expect(try isThere(folder.path))
    #expect(try !isThere(folder("nothing")))
    #expect(try !isThere(folder("file") + "/x"))
    // A name longer than any may be cannot be looked at; a folder of mode 000 is one to everybody but root.
    #expect(throws: FileError.self) { try isThere(folder(String(repeating: "a", count: 300))) }
  }

  @Test("a file may come in pieces; one that fails leaves the old file and nothing beside it")
  func pieces() throws {
    let folder = try TemporaryFolder()
    try AtomicFile.write(to: folder("text")) { write in
      for piece in ["one ", "two ", "three"] { try write(Data(piece.utf8)) }
    }
    #expect(folder.text(of: "text") == "one two three")
    #expect(throws: FileError.self) {
      try AtomicFile.write(to: folder("text")) { write in
        try write(Data("half".utf8))
        throw FileError(path: "x", action: "go on", reason: "it ended")
      }
    }
    #expect(folder.text(of: "text") == "one two three")
    #expect(try folder.names(in: ".") == ["text"])
  }
}
