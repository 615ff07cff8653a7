import Datasets
import Files
import Foundation
import TestSupport
import Testing

/// The bytes of the file that is fetched.
private let content: [UInt8] = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }
private let tag = "ETag: \"v1\""

private let file = PublishedFile.file("images.bin", content.count, md5(content))

/// What a fetch left behind, and what it said.
private struct Fetched {
  /// The file under its final name.
  var file: [UInt8]?
  /// All names in the folder.
  var names: [String]
  var notes: [String]
  var error: String?
}

/// Fetches the file once or several times into one folder.
private func fetch(
  from server: LoopbackServer, times: Int = 1, retries: Int = 1, leaving partial: [UInt8] = [],
  validator: String? = nil, path: String = ""
) throws -> Fetched {
  return try withTemporaryFolder { folder in
    let target = folder + "/images.bin"
    if !partial.isEmpty { try write(partial, to: target + ".partial") }
    if let validator { try write(Array(validator.utf8), to: target + ".partial.validator") }
    var result = Fetched(names: [], notes: [])
    for _ in 0..<times {
      var notes: [String] = []
      var bytes = 0
      result.error = message {
        try withoutActuallyEscaping({ (event: FetchEvent) in
          switch event {
          case .note(let text): notes.append(text)
          case .begins(_, _, _, let present): bytes = present
          case .progress(let more): bytes += more
          }
        }) { report in
          let fetch = FileFetch(file: file, path: target, retries: retries, report: report)
          _ = try fetch.run(
            from: FetchOrigin(mirror: nil, official: server.address + path, file: "images.bin"))
        }
      }
      if result.error == nil { #expect([0, content.count].contains(bytes), "progress adds up to the file") }
      result.notes += notes
    }
    result.file = try? contents(target)
    result.names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    return result
  }
}

@Suite struct DownloadTests {
  @Test func fetchesAWholeFile() throws {
    try withServer({ _, _ in .file(content, validator: tag) }) { server in
      let result = try fetch(from: server)
      #expect(result.error == nil)
      #expect(result.file == content)
      #expect(result.names == ["images.bin"])
      #expect(server.served.map(\.path) == ["/images.bin"])
      #expect(server.served[0].rangeStart == nil)
    }
  }

  @Test func aBrokenPipeIsNotTheEnd() throws {
    func isBlocked() -> Bool {
      var mask = sigset_t()
      pthread_sigmask(SIG_BLOCK, nil, &mask)
      return sigismember(&mask, SIGPIPE) == 1
    }
    try withTemporaryFolder { folder in
      try withServer({ _, _ in .file(content) }) { server in
        var (pieces, blocked) = (0, 0)
        let fetch = FileFetch(file: file, path: folder + "/images.bin", retries: 0) { event in
          guard case .progress(let count) = event, count > 0 else { return }
          pieces += 1
          guard isBlocked() else { return }
          blocked += 1
          // What libcurl raises when it writes to a peer that has hung up.
          pthread_kill(pthread_self(), SIGPIPE)
        }
        _ = try fetch.run(
          from: FetchOrigin(mirror: nil, official: server.address, file: "images.bin"))
        #expect(pieces > 0)
        #expect(blocked == pieces)
        #expect(!isBlocked())
        #expect(try contents(folder + "/images.bin") == content)
      }
    }
  }

  @Test func leavesAFileThatIsThereAlone() throws {
    try withServer({ _, _ in .file(content) }) { server in
      let result = try fetch(from: server, times: 3)
      #expect(result.error == nil)
      #expect(server.served.count == 1)
      #expect(result.notes.count == 2)
    }
  }

  @Test(arguments: [tag, "Last-Modified: Tue, 01 Sep 2009 10:00:00 GMT"])
  func continuesAnAnswerThatBrokeOff(validator: String) throws {
    try withServer({ request, number in
      .file(content, from: request.rangeStart ?? 0, validator: validator, sent: number == 1 ? 100_000 : nil)
    }) { server in
      let result = try fetch(from: server)
      #expect(result.error == nil)
      #expect(result.file == content)
      #expect(result.names == ["images.bin"])
      #expect(server.served.map(\.rangeStart) == [nil, 100_000])
      #expect(server.served[1].fields["if-range"] == validator.components(separatedBy: ": ")[1])
    }
  }

  @Test func anotherCallContinuesToo() throws {
    try withServer({ request, number in
      .file(content, from: request.rangeStart ?? 0, validator: tag, sent: number == 1 ? 100_000 : nil)
    }) { server in
      let first = try fetch(from: server, retries: 0)
      #expect(first.error?.contains("which continues after 100000 bytes") == true)
      #expect(first.file == nil)
      #expect(first.names == ["images.bin.partial", "images.bin.partial.validator"])
      let both = try fetch(from: server, retries: 0, leaving: Array(content[..<100_000]), validator: "\"v1\"")
      #expect(both.error == nil)
      #expect(both.file == content)
      #expect(server.served.map(\.rangeStart) == [nil, 100_000])
    }
  }

  @Test func takesTheWholeFileFromAServerWithoutRanges() throws {
    try withServer({ _, number in .file(content, validator: tag, sent: number == 1 ? 100_000 : nil) }) {
      server in
      let result = try fetch(from: server)
      #expect(result.error == nil)
      #expect(result.file == content)
      #expect(server.served.map(\.rangeStart) == [nil, 100_000])
    }
  }

  /// A weak tag promises no equal bytes, so it is as good as none.
  @Test(arguments: [nil, "ETag: W/\"v1\""]) func startsOverWhereNothingTellsTheFile(validator: String?) throws
  {
    try withServer({ request, number in
      .file(content, from: request.rangeStart ?? 0, validator: validator, sent: number == 1 ? 100_000 : nil)
    }) { server in
      let result = try fetch(from: server)
      #expect(result.file == content)
      #expect(server.served.map(\.rangeStart) == [nil, nil])
    }
  }

  @Test(arguments: [
    "Content-Range: bytes 50000-299999/300000", "Content-Range: bytes 100000-299999/300001",
    "Content-Range: bytes 100000-300000/300000", "Content-Range: items 1-2/3", "X: y",
  ])
  func startsOverWhenTheServerSendsAnotherPart(range: String) throws {
    try withServer({ request, number in
      guard request.rangeStart != nil else {
        return .file(content, validator: tag, sent: number == 1 ? 100_000 : nil)
      }
      return ServedAnswer(status: "206 Partial Content", fields: [range], body: content[100_000...])
    }) { server in
      let result = try fetch(from: server, retries: 2)
      #expect(result.error == nil)
      #expect(result.file == content)
      #expect(server.served.map(\.rangeStart) == [nil, 100_000, nil])
    }
  }

  @Test func startsOverWhenTheServerHasNoSuchPart() throws {
    try withServer({ request, _ in
      request.rangeStart == nil
        ? .file(content) : ServedAnswer(status: "416 Range Not Satisfiable", fields: ["Content-Length: 0"])
    }) { server in
      let result = try fetch(from: server, leaving: Array(content[..<5]), validator: "\"v1\"")
      #expect(result.file == content)
      #expect(server.served.map(\.rangeStart) == [5, nil])
    }
  }

  @Test func startsOverWhenThePiecesMakeAnotherFile() throws {
    try withServer({ request, _ in .file(content, from: request.rangeStart ?? 0, validator: tag) }) {
      server in
      let other = [UInt8](repeating: 9, count: 1000)
      let result = try fetch(from: server, leaving: other, validator: "\"v1\"")
      #expect(result.error == nil)
      #expect(result.file == content)
      #expect(server.served.map(\.rangeStart) == [1000, nil])
      #expect(result.notes.contains { $0.contains("not the published ones; starting over") })
    }
  }

  @Test func dropsAPartialFileThatIsTooLong() throws {
    try withServer({ _, _ in .file(content) }) { server in
      let result = try fetch(from: server, leaving: content + [1], validator: "\"v1\"")
      #expect(result.file == content)
      #expect(server.served.map(\.rangeStart) == [nil])
    }
  }

  @Test func refusesWrongBytes() throws {
    var wrong = content
    wrong[123_456] ^= 1
    let served = wrong
    try withServer({ _, _ in .file(served, validator: tag) }) { server in
      let result = try fetch(from: server)
      #expect(
        result.error?.hasPrefix(
          "\(server.address)/images.bin: found bytes whose MD5 is \(md5(served)), expected \(md5(content)), as published; "
        ) == true)
      #expect(result.names.isEmpty)
      #expect(server.served.count == 1)
    }
  }

  @Test func givesUpOnWrongBytesThatAlwaysBreakOff() throws {
    let wrong = [UInt8](repeating: 7, count: content.count)
    try withServer({ request, number in
      .file(wrong, from: request.rangeStart ?? 0, validator: tag, sent: number % 2 == 1 ? 100_000 : nil)
    }) { server in
      let result = try fetch(from: server, retries: 5)
      #expect(result.error?.contains("found bytes whose MD5 is") == true)
      #expect(result.names.isEmpty)
      #expect(server.served.count == 4)
    }
  }

  @Test(arguments: [0, 299_999, 300_001]) func refusesAFileOfAnotherSize(size: Int) throws {
    try withServer({ _, _ in .file([UInt8](repeating: 1, count: size)) }) { server in
      let result = try fetch(from: server)
      #expect(result.error?.contains("found a file of \(size) bytes, expected 300000, as published") == true)
      #expect(result.names.isEmpty)
      #expect(server.served.count == 1)
    }
  }

  /// No length is announced, so only the bytes themselves show it.
  @Test func stopsAServerThatSendsTooMuch() throws {
    try withServer({ _, _ in ServedAnswer(body: (content + content)[...]) }) { server in
      let result = try fetch(from: server)
      #expect(result.error?.contains("found more than 300000 bytes, expected as many as published") == true)
      #expect(result.names.isEmpty)
    }
  }

  @Test(arguments: [true, false]) func triesAnAnswerThatIsTooShortOnlySoOften(saysLength: Bool) throws {
    let fields = saysLength ? ["Content-Length: 300000"] : []
    try withServer({ _, _ in ServedAnswer(fields: fields, body: content[..<10]) }) { server in
      let result = try fetch(from: server, retries: 2)
      #expect(result.error?.contains("3 times in a row, expected the 300000 bytes of images.bin") == true)
      #expect(result.file == nil)
      #expect(server.served.count == 3)
    }
  }

  @Test(arguments: ["404 Not Found", "403 Forbidden", "204 No Content"]) func doesNotRepeatARefusal(
    status: String
  )
    throws
  {
    try withServer({ _, _ in ServedAnswer(status: status, fields: ["Content-Length: 0"]) }) { server in
      let result = try fetch(from: server)
      #expect(
        result.error?.contains("found HTTP status \(status.prefix(3)), expected the file images.bin") == true)
      #expect(result.error?.contains("`mirror`") == true)
      #expect(result.names.isEmpty)
      #expect(server.served.count == 1)
    }
  }

  @Test func repeatsAServersFailure() throws {
    try withServer({ _, number in
      number == 1
        ? ServedAnswer(status: "503 Busy", fields: ["Content-Length: 4"], body: [1, 2, 3, 4]) : .file(content)
    }) { server in
      let result = try fetch(from: server)
      #expect(result.file == content)
    }
    try withServer({ _, _ in ServedAnswer(status: "500 Broken", fields: ["Content-Length: 0"]) }) { server in
      let result = try fetch(from: server, retries: 1)
      #expect(result.error?.contains("found HTTP status 500, 2 times in a row") == true)
      #expect(result.names.isEmpty)
      #expect(server.served.count == 2)
    }
  }

  @Test func keepsWhatItHasWhenTheServerFails() throws {
    try withServer({ _, _ in
      ServedAnswer(status: "500 Broken", fields: ["Content-Length: 3"], body: [1, 2, 3])
    }) {
      server in
      let result = try fetch(from: server, retries: 0, leaving: Array(content[..<5]), validator: "\"v1\"")
      #expect(result.error?.contains("which continues after 5 bytes") == true)
      #expect(result.names == ["images.bin.partial", "images.bin.partial.validator"])
    }
  }

  @Test func followsRedirectionsToAPoint() throws {
    try withServer({ request, _ in
      request.path == "/old/images.bin"
        ? ServedAnswer(
          status: "302 Found", fields: ["Location: /new", "Content-Length: 3"], body: [1, 2, 3])
        : .file(content)
    }) { server in
      let result = try fetch(from: server, path: "/old")
      #expect(result.file == content)
      #expect(server.served.map(\.path) == ["/old/images.bin", "/new"])
    }
    try withServer({ request, _ in
      ServedAnswer(status: "302 Found", fields: ["Location: \(request.path)", "Content-Length: 0"])
    }) { server in
      let result = try fetch(from: server)
      #expect(result.error?.contains("redirects") == true)
      #expect(result.names.isEmpty)
      #expect(server.served.count == 6)
    }
  }

  @Test(arguments: ["a link", "another name", "a pipe", "a folder"])
  func aForeseenPartialFileThatLeadsElsewhereIsRefused(impostor: String) throws {
    try withTemporaryFolder { folder in
      let (victim, partial) = (folder + "/victim", folder + "/images.bin.partial")
      try write([1, 2, 3], to: victim)
      switch impostor {
      case "a link": #expect(symlink(victim, partial) == 0)
      case "another name": #expect(link(victim, partial) == 0)
      case "a pipe": #expect(mkfifo(partial, 0o600) == 0)
      default: #expect(mkdir(partial, 0o700) == 0)
      }
      try withServer({ _, _ in .file(content) }) { server in
        let text = message {
          let fetch = FileFetch(file: file, path: folder + "/images.bin", retries: 0) { _ in }
          _ = try fetch.run(from: FetchOrigin(mirror: nil, official: server.address, file: "images.bin"))
        }
        #expect(text?.contains("expected the beginning of a download, or nothing; remove it") == true)
        #expect(server.served.isEmpty)
      }
      #expect(try contents(victim) == [1, 2, 3])
    }
  }

  @Test func aValidatorIsOneLineOfAFileAndNothingElseIsSent() throws {
    for impostor in ["two lines", "a link"] {
      try withTemporaryFolder { folder in
        let validator = folder + "/images.bin.partial.validator"
        try write([1, 2, 3], to: folder + "/images.bin.partial")
        if impostor == "a link" {
          try write(Array("secret".utf8), to: folder + "/secret")
          #expect(symlink(folder + "/secret", validator) == 0)
        } else {
          try write(Array("\"v1\"\r\nX-Injected: yes".utf8), to: validator)
        }
        try withServer({ _, _ in .file(content) }) { server in
          let fetch = FileFetch(file: file, path: folder + "/images.bin", retries: 0) { _ in }
          _ = try fetch.run(from: FetchOrigin(mirror: nil, official: server.address, file: "images.bin"))
          #expect(server.served.map(\.rangeStart) == [nil])
        }
        #expect(try contents(folder + "/images.bin") == content)
      }
    }
  }

  @Test func saysWhenNobodyListens() throws {
    let server = try LoopbackServer { _, _ in .file(content) }
    // The answer to one request shows that the server runs; stopping it then ends its thread.
    _ = try fetch(from: server)
    server.stop()
    let text = message {
      let fetch = FileFetch(file: file, path: "/nowhere/images.bin", retries: 0) { _ in }
      _ = try fetch.run(from: FetchOrigin(mirror: nil, official: server.address, file: "images.bin"))
    }
    #expect(text?.hasPrefix("/nowhere/images.bin.partial: found \"No such file or directory\"") == true)
  }
}
