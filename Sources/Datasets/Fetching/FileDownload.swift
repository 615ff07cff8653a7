import Files
import Foundation
import Text

/// Fetches one published file over HTTP into a partial file, in as many requests as it takes.
///
/// A partial file is continued with a `Range` request that holds only if the server's file is still the same
/// (`If-Range`, RFC 9110 §13.1.5). What the server says is not believed: the place it continues from, the size and in
/// the end the MD5 sum are compared with what was asked for and what is published.
struct FileDownload {
  let file: PublishedFile
  let address: String
  let partial: PartialFile
  /// How many failed requests in a row are followed by another one.
  let retries: Int
  let report: (FetchEvent) -> Void

  /// A request that gains less than this counts as failed like one that gains nothing.
  private static let worthwhileGain = 1 << 20
  private static let longestPause = 8.0

  /// Downloads until the partial file has the published size and sum.
  func run() throws {
    var failures = 0
    var furthest = partial.size
    var hasStartedOver = false
    while true {
      if partial.size == file.byteCount {
        let sum = try partial.md5()
        if sum == file.sum.md5 { return }
        // A sum that is wrong although nothing was put together from pieces will be wrong again.
        guard partial.isPieced, !hasStartedOver else {
          partial.discard()
          throw wrong(found: "bytes whose MD5 is \(sum)", expected: "\(file.sum.md5), as published")
        }
        report(.note("\(file.name): the bytes put together are not the published ones; starting over"))
        hasStartedOver = true
      }
      if partial.size >= file.byteCount {
        try startOver(validator: nil)
      }
      let before = partial.size
      let reason: String
      switch try request() {
      case .complete where partial.size == file.byteCount: continue
      case .complete: reason = "the answer ended after \(partial.size) of \(file.byteCount) bytes"
      case .broken(let words): reason = words
      case .impossible(let words):
        throw DatasetError.notFetched(
          address: shownAddress, found: "\"\(words)\"", expected: "the file \(file.name)", cure: Self.cure)
      }
      failures = partial.size - furthest >= Self.worthwhileGain ? 1 : failures + 1
      furthest = max(furthest, partial.size)
      guard failures <= retries else {
        throw DatasetError.notFetched(
          address: shownAddress, found: "\(reason), \(failures) times in a row",
          expected: "the \(file.byteCount) bytes of \(file.name)",
          cure:
            "run the same command again later, "
            + (partial.size > 0 ? "which continues after \(partial.size) bytes, " : "")
            + "or name a \(setting: "mirror")"
        )
      }
      report(.note("\(file.name): \(reason); trying again (\(failures) of \(retries))"))
      if partial.size <= before { pause(after: failures) }
    }
  }

  /// The address as people are shown it, without passwords.
  private var shownAddress: String { withoutCredentials(ofAddress: address) }

  private static let cure: ErrorText = "check the address, or name another with \(setting: "mirror")"

  private func request() throws -> HTTPEnd {
    var headers: [String] = []
    let start = partial.size
    if start > 0 {
      if let validator = partial.validator {
        headers = ["Range: bytes=\(start)-", "If-Range: \(validator)"]
      } else {
        // Nothing tells whether these bytes are from the file that the server has now.
        try startOver(validator: nil)
      }
    }
    let asked = partial.size
    var isAccepted = false
    do {
      return try httpGet(address, headers: headers) { head, piece in
        if !isAccepted {
          try accept(head, asked: asked)
          isAccepted = true
        }
        guard partial.size + piece.count <= file.byteCount else {
          partial.discard()
          throw wrong(found: "more than \(file.byteCount) bytes", expected: "as many as published")
        }
        try partial.append(piece)
        report(.progress(piece.count))
      }
    } catch let unusable as UnusableAnswer {
      return .broken(unusable.reason)
    }
  }

  /// Judges an answer by its head: returns where its body is to be added to the partial file.
  private func accept(_ head: HTTPHead, asked: Int) throws {
    switch head.status {
    case 200:
      if let length = head.contentLength, length != file.byteCount {
        throw wrong(found: "a file of \(length) bytes", expected: "\(file.byteCount), as published")
      }
      if asked > 0 { report(.note("\(file.name): the server sends the whole file again")) }
      try startOver(validator: head.validator)
    case 206 where asked > 0:
      guard let range = head.contentRange, range.first == asked, range.last < file.byteCount,
        range.last >= range.first, range.size ?? file.byteCount == file.byteCount,
        head.contentLength ?? (range.last - range.first + 1) == range.last - range.first + 1
      else {
        try startOver(validator: nil)
        let answer = head.fields["content-range"] ?? "no range"
        throw UnusableAnswer(reason: "asked for the bytes from \(asked), the server sends \(answer)")
      }
      partial.isPieced = true
    case 416:
      try startOver(validator: nil)
      throw UnusableAnswer(reason: "the server has no bytes from \(asked) on")
    case 408, 425, 429, 500...599:
      throw UnusableAnswer(reason: "HTTP status \(head.status)")
    default:
      throw wrong(found: "HTTP status \(head.status)", expected: "the file \(file.name)")
    }
  }

  private func startOver(validator: String?) throws {
    report(.progress(-partial.size))
    try partial.restart(validator: validator)
  }

  private func wrong(found: String, expected: String) -> DatasetError {
    .notFetched(address: shownAddress, found: found, expected: expected, cure: Self.cure)
  }

  /// Waits half a second after the first failure, twice as long after each further one.
  private func pause(after failures: Int) {
    Thread.sleep(forTimeInterval: min(0.25 * Double(1 << min(failures, 10)), Self.longestPause))
  }
}

/// An answer that does not bring the file further, but the next may.
private struct UnusableAnswer: Error {
  let reason: String
}

extension PartialFile {
  /// The MD5 sum of the bytes so far, in lower-case hexadecimal.
  func md5() throws -> String {
    var hash = Hash(.md5)
    try contents().forEachBlock { hash.update($0) }
    return hexadecimal(hash.finish())
  }
}
