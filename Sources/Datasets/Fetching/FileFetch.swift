import Files
import Foundation

/// Where a file is fetched from.
package enum FetchOrigin {
  case address(String)
  case local(String)

  /// The place of a file: at the official address, or at the mirror, which is a base address, the file's own address,
  /// a local folder or the file itself.
  package init(mirror: String?, official: String, file: String) {
    guard let mirror else {
      self = .address("\(official)/\(file)")
      return
    }
    let scheme = mirror.lowercased()
    if scheme.hasPrefix("http://") || scheme.hasPrefix("https://") {
      let base = mirror.hasSuffix("/") ? String(mirror.dropLast()) : mirror
      self = .address(base.hasSuffix("/" + file) ? base : base + "/" + file)
      return
    }
    let path = HomeFolder().expanding(mirror)
    self = .local(URL(fileURLWithPath: path).lastPathComponent == file ? path : path + "/" + file)
  }

  /// What people are shown, without passwords.
  package var description: String {
    switch self {
    case .address(let text): withoutCredentials(ofAddress: text)
    case .local(let text): text
    }
  }

  /// Throws `DatasetError.notFetched` for a mirror that is an address which nothing is fetched from.
  static func check(mirror: String) throws {
    let scheme = mirror.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }
    let isAddress = !scheme.isEmpty && mirror[scheme.endIndex...].hasPrefix("://")
    let found: String
    if isAddress, !["http", "https"].contains(scheme.lowercased()) {
      found = "an address that begins with \(scheme)://"
    } else if !isAddress, mirror.contains("@"), access(HomeFolder().expanding(mirror), F_OK) != 0 {
      // A path that is not there is shown in errors; an address with a password must not be.
      found = "no address and no file or folder that is there"
    } else {
      return
    }
    throw DatasetError.notFetched(
      address: withoutCredentials(ofAddress: mirror), found: found,
      expected: "http:// or https:// before a host, or a local folder or file",
      cure: "name another \(setting: "mirror")")
  }
}

/// Brings one published file to its path.
package struct FileFetch {
  let file: PublishedFile
  let path: String
  let retries: Int
  let report: (FetchEvent) -> Void

  /// A fetch of a file to a path.
  ///
  /// - Parameters:
  ///   - file: the file, with its published size and digests.
  ///   - path: where the file goes once its bytes are verified.
  ///   - retries: how many failed requests in a row are followed by another one.
  ///   - report: called with the progress.
  package init(
    file: PublishedFile, path: String, retries: Int, report: @escaping (FetchEvent) -> Void
  ) {
    self.file = file
    self.path = path
    self.retries = retries
    self.report = report
  }

  /// Fetches the file unless it is there; returns whether it was fetched.
  package func run(from origin: FetchOrigin) throws -> Bool {
    if isFile(path) {
      try file.sum.expectSum(of: path)
      report(.note("\(path) is there already"))
      return false
    }
    let partial = try PartialFile(for: path)
    report(
      .begins(file: file.name, address: origin.description, bytes: file.byteCount, present: partial.size))
    do {
      switch origin {
      case .address(let address):
        try FileDownload(file: file, address: address, partial: partial, retries: retries, report: report)
          .run()
      case .local(let source):
        try copy(source, to: partial)
      }
      try partial.finish()
      return true
    } catch {
      if partial.size == 0 { partial.discard() }
      throw error
    }
  }

  private func copy(_ source: String, to partial: PartialFile) throws {
    report(.progress(-partial.size))
    try partial.restart()
    do {
      let original = try OpenFile(source)
      guard original.size == file.byteCount else {
        throw DatasetError.badFile(
          file: source, offset: nil, found: "\(original.size) bytes",
          expected: "\(file.byteCount), as published",
          cure: "use the file as it is published")
      }
      try FileRange(original).forEachBlock { block in
        try partial.append(block)
        report(.progress(block.count))
      }
      let found = try partial.md5()
      guard found == file.sum.md5 else {
        throw DatasetError.badFile(
          file: source, offset: nil, found: "md5 \(found)", expected: "\(file.sum.md5), as published",
          cure: "use the file as it is published")
      }
    } catch {
      partial.discard()
      throw error
    }
  }
}
