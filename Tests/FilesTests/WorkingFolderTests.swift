import Files
import Foundation
import TestSupport
import Testing

@Suite struct WorkingFolderTests {
  /// Where the tests run, at least two folders below the root.
  private static let here = FileManager.default.currentDirectoryPath

  @Test(arguments: [
    ("/a/b", "/a/b"), ("/a/./b/", "/a/b"), ("/a/../b", "/b"), ("/../a", "/a"), ("//a//b", "/a/b"), ("/", "/"),
    ("/..", "/"), ("/a/b/../..", "/"),
  ])
  func aPathFromTheRootHasNoSteps(path: String, whole: String) throws {
    #expect(try WorkingFolder.wholePath(path) == whole)
  }

  @Test func aRelativePathBeginsInTheWorkingFolder() throws {
    let above = AtomicFile.folder(of: Self.here)
    for (path, whole) in [
      ("a", Self.here + "/a"), ("./a/../b", Self.here + "/b"), (".//a", Self.here + "/a"), (".", Self.here),
      ("..", above), ("../a", above + "/a"), ("../../a", AtomicFile.folder(of: above) + "/a"),
    ] {
      #expect(try WorkingFolder.wholePath(path) == whole.replacing("//", with: "/"), "\(path)")
    }
  }

  @Test func aStepUpAfterALinkStays() throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "far/deep/file")
    try FileManager.default.createSymbolicLink(
      atPath: folder("link"), withDestinationPath: folder("far/deep"))
    #expect(try WorkingFolder.wholePath(folder("link/../x")) == folder("link/../x"))
    #expect(try WorkingFolder.wholePath(folder("far/../x")) == folder("x"))
  }
}
