import Command
import Files
import Foundation
import TestSupport
import Testing

@Suite struct FoundationErrorTests {
  @Test("a failure that Foundation reports names the file and the reason")
  func foundationNamesTheFile() throws {
    let folder = try TemporaryFolder()
    let missing = folder("nothing")
    let calls: [(String, () throws -> Void)] = [
      (missing, { _ = try Data(contentsOf: URL(fileURLWithPath: missing)) }),
      (missing, { _ = try String(contentsOfFile: missing, encoding: .utf8) }),
      (missing, { _ = try FileManager.default.contentsOfDirectory(atPath: missing) }),
      (missing, { try FileManager.default.removeItem(atPath: missing) }),
      (missing + "/x", { try Data().write(to: URL(fileURLWithPath: missing + "/x")) }),
    ]
    for (path, call) in calls {
      let error = try #require(#expect(throws: (any Error).self) { try call() })
      let words = try #require(FileError(foundation: error)).description
      #expect(words == "\(path): cannot use it: No such file or directory")
    }
    #expect(FileError(foundation: FileError(path: "a", action: "open", reason: "why")) == nil)
    // It does not say which file.
    #expect(FileError(foundation: POSIXError(.EROFS)) == nil)
  }
}
