import Files
import Foundation
import TestSupport
import Testing

/// What stands in place of a file that the program keeps for itself.
enum Impostor: String, CaseIterable {
  case link, danglingLink, folder, pipe

  /// Puts it there; a link leads to the file `victim` of the folder, which holds "mine".
  func put(_ name: String, in folder: TemporaryFolder) throws {
    try folder.write("mine", to: "victim")
    switch self {
    case .link:
      try FileManager.default.createSymbolicLink(
        atPath: folder(name), withDestinationPath: folder("victim"))
    case .danglingLink:
      try FileManager.default.createSymbolicLink(atPath: folder(name), withDestinationPath: folder("new"))
    case .folder: try Folder.make(folder(name))
    case .pipe: #expect(mkfifo(folder(name), 0o600) == 0)
    }
  }

  var words: String {
    switch self {
    case .link, .danglingLink: "a symbolic link"
    case .folder: "a folder"
    case .pipe: "a named pipe"
    }
  }
}

@Suite struct OwnFileTests {
  private func refusal(_ body: () throws -> Void) -> String? {
    #expect(throws: FileError.self, performing: body)?.reason
  }

  @Test(arguments: Impostor.allCases) func appendingTakesAFileAlone(impostor: Impostor) throws {
    let folder = try TemporaryFolder()
    try impostor.put("file", in: folder)
    let reason = refusal { try AtomicFile.append(Data("x".utf8), to: folder("file")) }
    #expect(reason == "found \(impostor.words), expected a file")
    #expect(folder.text(of: "victim") == "mine")
    #expect(FileKind(at: folder("new")) == nil)
  }

  @Test(arguments: Impostor.allCases) func aLockIsAFileAlone(impostor: Impostor) throws {
    let folder = try TemporaryFolder()
    try impostor.put("lock", in: folder)
    let expected = "found \(impostor.words), expected a file"
    #expect(refusal { _ = try FileLock(folder: folder.path, file: "lock") } == expected)
    #expect(refusal { _ = try FileLock.holder(folder: folder.path, file: "lock") } == expected)
    #expect(folder.text(of: "victim") == "mine")
    #expect(FileKind(at: folder("new")) == nil)
  }

  @Test(arguments: Impostor.allCases) func readingAndDigestsTakeAFileAlone(impostor: Impostor) throws {
    let folder = try TemporaryFolder()
    try impostor.put("file", in: folder)
    let expected = "found \(impostor.words), expected a file"
    #expect(refusal { _ = try readOwnBytes(folder("file")) } == expected)
    #expect(refusal { _ = try FileDigest(ofFile: folder("file")) } == expected)
    #expect(try !FileDigest(of: Data("mine".utf8)).matches(folder("file")))
    #expect(try readOwnBytes(folder("none")) == nil)
  }

  @Test(arguments: [Impostor.folder, .pipe]) func whatIsNoFileIsNotReplaced(impostor: Impostor) throws {
    let folder = try TemporaryFolder()
    try impostor.put("file", in: folder)
    let reason = refusal { try AtomicFile.write(Data(), to: folder("file")) }
    #expect(reason == "found \(impostor.words), expected a file")
    #expect(try folder.names(in: ".") == ["file", "victim"])
  }

  @Test func aLinkIsReplacedAndItsTargetLeftAlone() throws {
    let folder = try TemporaryFolder()
    try Impostor.link.put("file", in: folder)
    try AtomicFile.write(Data("new".utf8), to: folder("file"))
    #expect(folder.text(of: "victim") == "mine")
    #expect(FileKind(at: folder("file")) == .file)
    #expect(folder.text(of: "file") == "new")
  }

  @Test(arguments: Impostor.allCases) func aTemporaryNameThatIsTakenIsAnError(impostor: Impostor) throws {
    let folder = try TemporaryFolder()
    try impostor.put("file.partial", in: folder)
    #expect(
      refusal { try AtomicFile.writeTemporary(Data("x".utf8), to: folder("file.partial")) } == "File exists")
    #expect(folder.text(of: "victim") == "mine")
    #expect(FileKind(at: folder("new")) == nil)
    #expect(FileKind(at: folder("file.partial")) != nil)
  }

  @Test func nothingIsLeftOfAFileThatCannotBePutInPlace() throws {
    let folder = try TemporaryFolder()
    let name = String(repeating: "x", count: 256)
    #expect(
      refusal { try AtomicFile.write(Data(), to: folder(name)) }?.hasSuffix("File name too long") == true)
    #expect(try folder.names(in: ".").isEmpty)
  }

  @Test func anotherNameOfAFileKeepsWhatItHas() throws {
    let folder = try TemporaryFolder()
    for name in ["metrics", "lock"] {
      try folder.write("mine\n", to: "copy of \(name)")
      #expect(link(folder("copy of \(name)"), folder(name)) == 0)
    }
    try AtomicFile.append(Data("more\n".utf8), to: folder("metrics"))
    #expect(folder.text(of: "metrics") == "mine\nmore\n")
    #expect(folder.text(of: "copy of metrics") == "mine\n")
    let lock = try FileLock(folder: folder.path, file: "lock")
    #expect(folder.text(of: "copy of lock") == "mine\n")
    #expect(throws: FileLock.Held.self) { _ = try FileLock(folder: folder.path, file: "lock") }
    withExtendedLifetime(lock) {}
  }

  @Test func aFolderOfItsOwnIsNoLink() throws {
    let folder = try TemporaryFolder()
    try Folder.make(folder("elsewhere"))
    try FileManager.default.createSymbolicLink(
      atPath: folder("link"), withDestinationPath: folder("elsewhere"))
    #expect(refusal { try Folder.makeOwn(folder("link")) } == "found a symbolic link, expected a folder")
    try Folder.makeOwn(folder("link/inside"))
    try Folder.makeOwn(folder("link/inside"))
    #expect(try folder.names(in: "elsewhere") == ["inside"])
  }

  @Test func temporaryFoldersAreNewAndForTheirOwnerAlone() throws {
    let folder = try TemporaryFolder()
    let paths = try (0..<10).map { _ in try Folder.makeTemporary(in: folder.path, beginning: "pba") }
    #expect(Set(paths).count == 10)
    for path in paths {
      #expect(AtomicFile.folder(of: path) == folder.path)
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
      #expect(mode == 0o700)
    }
    #expect(refusal { _ = try Folder.makeTemporary(in: folder("none"), beginning: "pba") } != nil)
  }
}
