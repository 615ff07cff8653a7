import Files
import Foundation
import TestSupport
import Testing

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
    #expect(try digest.matches(folder("file")))
    if let text {
      try folder.write(text, to: "file")
    } else {
      try FileManager.default.removeItem(atPath: folder("file"))
    }
    #expect(try !digest.matches(folder("file")))
  }
}
