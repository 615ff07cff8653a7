import Files
import Foundation
import TestSupport
import Testing

@Suite struct TemporaryNameTests {
  @Test(arguments: ["file", "/a/b/file.json", "./é", "a.b/c"])
  func aNameStandsBesideItsFileAndIsAnotherEachTime(path: String) {
    let names = Set((0..<100).map { _ in TemporaryName.path(for: path) })
    #expect(names.count == 100)
    for name in names {
      #expect(name.hasPrefix(path + "."))
      #expect(name.hasSuffix(TemporaryName.suffix))
      #expect(AtomicFile.folder(of: name) == AtomicFile.folder(of: path))
      #expect(TemporaryName.isTemporary(name, for: path))
      #expect(!TemporaryName.isTemporary(name, for: path + "x"))
    }
  }

  @Test func aFileOfTheLongestNameCanBeWritten() throws {
    let folder = try TemporaryFolder()
    for name in [String(repeating: "x", count: 255), String(repeating: "é", count: 127)] {
      try AtomicFile.write(Data("text".utf8), to: folder(name))
      #expect(folder.text(of: name) == "text")
    }
    #expect(try folder.names(in: ".").count == 2)
  }

  @Test func oneWhoAsksAgainGetsTheSameNameAndAnotherDoesNot() {
    let (mine, other) = (TemporaryNames(), TemporaryNames())
    #expect(mine.path(for: "/a/file") == mine.path(for: "/a/file"))
    #expect(mine.path(for: "/a/file") != other.path(for: "/a/file"))
    // Who has seen one does not know the next.
    #expect(mine.path(for: "/a/file").suffix(24) != mine.path(for: "/a/other").suffix(24))
  }
}
