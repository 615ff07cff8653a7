import Datasets
import Files
import Foundation
import TestSupport
import Testing

private let wanted = [
  FileSum(name: "one", md5: md5([UInt8](repeating: 0x31, count: 700))),
  FileSum(name: "two", md5: md5([UInt8](repeating: 0x32, count: 512))),
]

/// A dataset of one archive, as it would be published.
private func distribution(_ archive: String, at address: String = "http://127.0.0.1:9") throws
  -> DatasetDistribution
{
  let bytes = try contents(fixture("archives/\(archive).tar.gz"))
  return DatasetDistribution(
    folder: "set", files: [.archive("\(archive).tar.gz", bytes.count, md5(bytes), contents: wanted)],
    at: address)
}

/// The names in a folder but for the lock, which stays.
private func names(_ folder: String) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: folder).filter {
    $0 != ".set.lock" && $0 != ".svhn.lock"
  }
  .sorted()
}

@Suite struct DatasetFetchTests {
  @Test func fetchesAndUnpacksAnArchive() throws {
    let bytes = try contents(fixture("archives/good.tar.gz"))
    try withServer({ _, _ in .file(bytes) }) { server in
      try withTemporaryFolder { folder in
        for _ in 0..<2 {
          let target = try distribution("good", at: server.address).fetch(
            into: folder + "/data", mirror: nil, retries: 0, report: { _ in })
          #expect(target == folder + "/data/set")
          #expect(try names(folder + "/data") == ["set"])
          #expect(try names(target) == ["one", "remark.html", "two"])
          #expect(try contents(target + "/one") == [UInt8](repeating: 0x31, count: 700))
          #expect(try contents(target + "/two") == [UInt8](repeating: 0x32, count: 512))
        }
        #expect(server.served.map(\.path) == ["/good.tar.gz"])
      }
    }
  }

  @Test(arguments: ["folder", "file"]) func fetchesFromALocalMirror(kind: String) throws {
    try withTemporaryFolder { folder in
      let mirror = try fixture("archives") + (kind == "file" ? "/good.tar.gz" : "")
      let target = try distribution("good").fetch(into: folder, mirror: mirror, retries: 0, report: { _ in })
      #expect(try names(target) == ["one", "remark.html", "two"])
      #expect(try names(folder) == ["set"])
    }
  }

  @Test func oneFetchAtATime() throws {
    try withTemporaryFolder { folder in
      let mirror = try fixture("archives")
      let published = try distribution("good")
      var refusals: [String] = []
      // A second fetch while the first is about to unpack.
      _ = try published.fetch(into: folder, mirror: mirror, retries: 0) { event in
        guard event == .note("unpacking good.tar.gz") else { return }
        let text = message {
          _ = try published.fetch(into: folder, mirror: mirror, retries: 0, report: { _ in })
        }
        refusals.append(text ?? "no error")
      }
      #expect(
        refusals == [
          "\(folder)/set: found that the process \(getpid()) fetches it, expected one fetch of a dataset at a time; "
            + "wait until that has finished"
        ])
      #expect(try names(folder) == ["set"])
      #expect(try names(folder + "/set") == ["one", "remark.html", "two"])
    }
  }

  @Test func keepsAnArchiveThatTheUserPutThere() throws {
    try withTemporaryFolder { folder in
      try FileManager.default.copyItem(
        atPath: fixture("archives/good.tar.gz"), toPath: folder + "/good.tar.gz")
      _ = try distribution("good").fetch(into: folder, mirror: nil, retries: 0, report: { _ in })
      #expect(try names(folder) == ["good.tar.gz", "set"])
    }
  }

  @Test func completesAFolderAndSweepsUpWhatWasHalfUnpacked() throws {
    try withTemporaryFolder { folder in
      for name in ["set", "set.partial"] {
        try FileManager.default.createDirectory(
          atPath: folder + "/" + name, withIntermediateDirectories: true)
      }
      try write([1], to: folder + "/set.partial/two")
      try write([2], to: folder + "/set/mine")
      let target = try distribution("good").fetch(
        into: folder, mirror: fixture("archives"), retries: 0, report: { _ in })
      #expect(try names(target) == ["mine", "one", "remark.html", "two"])
      #expect(try contents(target + "/mine") == [2])
      #expect(try names(folder) == ["set"])
    }
  }

  @Test func writesOverNothing() throws {
    try withTemporaryFolder { folder in
      try FileManager.default.createDirectory(atPath: folder + "/set", withIntermediateDirectories: true)
      try write([1], to: folder + "/set/two")
      let text = message {
        _ = try distribution("good").fetch(
          into: folder, mirror: fixture("archives"), retries: 0, report: { _ in })
      }
      #expect(
        text?.hasPrefix("\(folder)/set/two: found md5 55a54008ad1ba589aa210d2629c1df41, expected md5") == true
      )
      #expect(text?.hasSuffix("move it away, then fetch again") == true)
      #expect(try names(folder + "/set") == ["two"])
    }
  }

  @Test(arguments: [
    ("parent", "found the path \"set/../../escaped\""), ("absolute", "found the path \"/tmp/escaped\""),
    ("elsewhere", "found the path \"other/file\""), ("beside", "found the path \"escaped\""),
    ("deeper", "found the path \"set/sub/file\""), ("link", "found an entry of type \"2\""),
    ("hardlink", "found an entry of type \"1\""), ("device", "found an entry of type \"3\""),
    ("negative", "found an entry with a wrong sum or size"),
    ("incomplete", "found no such file for two in it"), ("different", "for two in it, expected md5"),
  ])
  func refusesWhatAnArchiveMustNotHold(archive: String, problem: String) throws {
    try withTemporaryFolder { folder in
      let text = message {
        _ = try distribution(archive).fetch(
          into: folder + "/data", mirror: fixture("archives"), retries: 0, report: { _ in })
      }
      #expect(text?.hasPrefix("\(folder)/data/\(archive).tar.gz") == true, "\(text ?? "no error")")
      #expect(text?.contains(problem) == true, "\(text ?? "no error")")
      let left = try names(folder + "/data")
      #expect(!left.contains("set"))
      #expect(try names(folder) == ["data"])
      #expect(!FileManager.default.fileExists(atPath: "/tmp/escaped"))
    }
  }

  @Test func refusesEveryBeginningOfAnArchive() throws {
    let bytes = try contents(fixture("archives/good.tar.gz"))
    for length in bytes.indices {
      let part = Array(bytes[..<length])
      try withTemporaryFolder { folder in
        try write(part, to: folder + "/part.tar.gz")
        let published = DatasetDistribution(
          folder: "set", files: [.archive("part.tar.gz", length, md5(part), contents: wanted)], at: "")
        let text = message {
          _ = try published.fetch(into: folder, mirror: nil, retries: 0, report: { _ in })
        }
        #expect(text?.contains("part.tar.gz") == true)
        let left = try names(folder)
        #expect(!left.contains("set"))
      }
    }
  }

  @Test func refusesALocalFileThatIsNotThePublishedOne() throws {
    try withTemporaryFolder { folder in
      try FileManager.default.createDirectory(atPath: folder + "/mirror", withIntermediateDirectories: true)
      try write([1, 2, 3], to: folder + "/mirror/train_32x32.mat")
      let text = message {
        _ = try DatasetSpec.named("svhn").fetch(
          dataDirectory: folder + "/data", mirror: folder + "/mirror"
        ) { _ in }
      }
      #expect(
        text == "\(folder)/mirror/train_32x32.mat: found 3 bytes, expected 182040794, as published; "
          + "use the file as it is published")
      #expect(try names(folder + "/data/svhn") == [])
    }
  }

  @Test(arguments: [
    ("cifar10", "/cifar-10-python.tar.gz"), ("cifar100", "/cifar-100-python.tar.gz"),
    ("svhn", "/train_32x32.mat"), ("svhn-full", "/train_32x32.mat"),
    ("fashion-mnist", "/train-images-idx3-ubyte.gz"),
  ])
  func asksAMirrorForThePublishedNames(name: String, path: String) throws {
    try withServer({ _, _ in ServedAnswer(status: "404 Not Found", fields: ["Content-Length: 0"]) }) {
      server in
      try withTemporaryFolder { folder in
        // Debian's copy of Fashion-MNIST would be found before anything is fetched.
        guard case .missing = try DatasetSpec.named(name).status(dataDirectory: folder) else {
          let found = try DatasetSpec.named(name).fetch(dataDirectory: folder, mirror: server.address) { _ in
          }
          #expect(name == "fashion-mnist")
          #expect(!found.hasPrefix(folder))
          #expect(server.served.isEmpty)
          return
        }
        let text = message {
          _ = try DatasetSpec.named(name).fetch(dataDirectory: folder, mirror: server.address + "/m/") { _ in
          }
        }
        #expect(text?.hasPrefix("\(server.address)/m\(path): found HTTP status 404") == true)
        #expect(server.served.map(\.path) == ["/m" + path])
      }
    }
  }

  @Test func aDatasetThatIsThereIsLeftAlone() throws {
    try withCopies(of: ["cifar-100-binary"]) { folder in
      var notes: [FetchEvent] = []
      let found = try DatasetSpec.named("cifar100").fetch(dataDirectory: folder) { notes.append($0) }
      #expect(found == folder + "/cifar-100-binary")
      #expect(notes == [.note("cifar100 is there already, in \(found): nothing to fetch")])
    }
    try withCopies(of: ["svhn"]) { folder in
      let text = message { _ = try DatasetSpec.named("svhn").fetch(dataDirectory: folder) { _ in } }
      #expect(text?.hasPrefix("\(folder)/svhn/train_32x32.mat: found md5 ") == true)
      #expect(text?.contains("e26dedcc434d2e4c54c9b2d4a06d8373, as published; move it away") == true)
    }
  }
}
