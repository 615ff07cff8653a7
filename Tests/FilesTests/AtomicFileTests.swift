import Files
import Foundation
import TestSupport
import Testing

@Suite struct AtomicFileTests {
  @Test func writingReplacesTheWholeFileAndLeavesNoOther() throws {
    let folder = try TemporaryFolder()
    for text in ["first, and long", "second", ""] {
      try AtomicFile.write(Data(text.utf8), to: folder("file"))
      #expect(folder.text(of: "file") == text)
    }
    #expect(try folder.names(in: ".") == ["file"])
  }

  @Test(arguments: [
    ("R", "."), ("é", "."), ("run", "."), ("/R", "/"), ("./R", "."), ("a/b", "a"), ("/a/b/c", "/a/b"),
  ])
  func theFolderOfAPathIsWhatStandsBeforeItsName(path: String, folder: String) {
    #expect(AtomicFile.folder(of: path) == folder)
  }

  @Test func appendingKeepsWhatIsThere() throws {
    let folder = try TemporaryFolder()
    try AtomicFile.append(Data("one\n".utf8), to: folder("file"))
    try AtomicFile.append(Data("two\n".utf8), to: folder("file"))
    #expect(folder.text(of: "file") == "one\ntwo\n")
  }

  @Test func aMissingFolderIsAnErrorThatNamesTheFile() throws {
    let folder = try TemporaryFolder()
    let error = #expect(throws: FileError.self) {
      try AtomicFile.write(Data(), to: folder("none/file"))
    }
    #expect(error?.description == "\(folder("none/file")): cannot create: No such file or directory")
  }

  @Test func leftoversAreDeletedAndNothingElse() throws {
    let folder = try TemporaryFolder()
    for name in ["a.partial", "b", "partial"] { try folder.write("x", to: name) }
    try AtomicFile.removeLeftovers(in: folder.path)
    #expect(try folder.names(in: ".") == ["b", "partial"])
  }
}
