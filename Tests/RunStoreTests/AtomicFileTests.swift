import Foundation
import RunStore
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
    let error = #expect(throws: RunStoreError.self) {
      try AtomicFile.write(Data(), to: folder("none/file"))
    }
    #expect(error?.description == "\(folder("none/file")).partial: cannot create: No such file or directory")
  }

  @Test func leftoversAreDeletedAndNothingElse() throws {
    let folder = try TemporaryFolder()
    for name in ["a.partial", "b", "partial"] { try folder.write("x", to: name) }
    try AtomicFile.removeLeftovers(in: folder.path)
    #expect(try folder.names(in: ".") == ["b", "partial"])
  }
}

@Suite struct FileDigestTests {
  @Test func digestIsTheKnownSHA256() throws {
    let folder = try TemporaryFolder()
    try folder.write("abc", to: "file")
    let digest = try FileDigest(ofFile: folder("file"))
    #expect(digest.size == 3)
    // FIPS 180-2, appendix B.1.
    #expect(digest.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }

  @Test func aFileLargerThanTheBufferIsReadWhole() throws {
    let folder = try TemporaryFolder()
    try folder.write(String(repeating: "a", count: 1_000_000), to: "file")
    let digest = try FileDigest(ofFile: folder("file"))
    #expect(digest.size == 1_000_000)
    // FIPS 180-2, appendix B.3.
    #expect(digest.sha256 == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test(arguments: ["abd", "ab", "abcd", nil]) func anotherFileDoesNotMatch(text: String?) throws {
    let folder = try TemporaryFolder()
    try folder.write("abc", to: "file")
    let digest = try FileDigest(ofFile: folder("file"))
    #expect(digest.matches(folder("file")))
    if let text {
      try folder.write(text, to: "file")
    } else {
      try FileManager.default.removeItem(atPath: folder("file"))
    }
    #expect(!digest.matches(folder("file")))
  }
}

@Suite struct MetricsFileTests {
  private struct Line: Encodable { let n: Int }

  private let whole = "{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n"

  @Test func restoringRepairsWhateverIsThere() throws {
    let lines = [Line(n: 1), Line(n: 2), Line(n: 3)]
    let tooLong = whole + "{\"n\":4}\n"
    for cut in 0...tooLong.count {
      let folder = try TemporaryFolder()
      try folder.write(String(tooLong.prefix(cut)), to: "metrics.jsonl")
      try MetricsFile(path: folder("metrics.jsonl")).restore(lines)
      #expect(folder.text(of: "metrics.jsonl") == whole)
    }
    let folder = try TemporaryFolder()
    try folder.write("something else entirely", to: "metrics.jsonl")
    try MetricsFile(path: folder("metrics.jsonl")).restore(lines)
    #expect(folder.text(of: "metrics.jsonl") == whole)
  }

  @Test func appendingInPiecesGivesTheSameFile() throws {
    let folder = try TemporaryFolder()
    let file = MetricsFile(path: folder("metrics.jsonl"))
    try file.append([Line(n: 1)])
    try file.append([Line(n: 2), Line(n: 3)])
    #expect(folder.text(of: "metrics.jsonl") == whole)
  }
}
