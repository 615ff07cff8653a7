import Files
import Foundation

extension DatasetSpec {
  /// Fetches the dataset's files into the data directory and checks them against what is published.
  ///
  /// A file gets its name, and a folder its files, only when their bytes are the published ones. What an earlier
  /// call left half done is continued. A dataset that is there already is left alone; a file under a published name
  /// with other bytes is an error, never written over.
  ///
  /// - Parameters:
  ///   - dataDirectory: the folder of all datasets.
  ///   - mirror: the base address to use instead of the official one, or a local folder or file.
  ///   - retries: how many failed requests in a row are followed by another one.
  ///   - report: called with the progress.
  /// - Returns: the folder that holds the dataset.
  /// - Throws: `DatasetError`.
  public func fetch(
    dataDirectory: String, mirror: String? = nil, retries: Int = 4, report: (FetchEvent) -> Void
  ) throws -> String {
    guard let distribution else {
      throw DatasetError.notFetched(
        address: name, found: "a dataset that cannot be fetched",
        expected: "one of \(Self.fetchableNames.joined(separator: ", "))", cure: "see pba data list")
    }
    // The search for a dataset knows more places than the one that it is fetched to.
    if case .found(let folder, _) = status(dataDirectory: dataDirectory) {
      if let culprit = try verify(dataDirectory: dataDirectory).first(where: { !$0.passed }) {
        throw DatasetError.occupied(culprit.path, found: culprit.found, expected: culprit.expected)
      }
      report(.note("\(name) is there already, in \(folder): nothing to fetch"))
      return folder
    }
    return try distribution.fetch(
      into: HomeFolder().resolving(dataDirectory), mirror: mirror, retries: retries, report: report)
  }

  private static var fetchableNames: [String] {
    DatasetFamily.all.compactMap(\.plain).filter { $0.distribution != nil }.map(\.name)
  }
}

extension DatasetDistribution {
  /// Fetches the files that are not there; see `DatasetSpec.fetch`.
  package func fetch(
    into root: String, mirror: String?, retries: Int, report: (FetchEvent) -> Void
  ) throws -> String {
    if let mirror { try FetchOrigin.check(mirror: mirror) }
    let target = root + "/" + folder
    // What is whole needs no lock, so it may be in a folder without permission to write.
    if finalFiles.allSatisfy({ isFile(target + "/" + $0.name) }), try isWhole(target) {
      report(.note("all files are there already, in \(target): nothing to fetch"))
      return target
    }
    try makeFolder(root)
    let lock = try fetchLock(in: root)
    defer { withExtendedLifetime(lock) {} }
    if try isWhole(target) {
      report(.note("all files are there already, in \(target): nothing to fetch"))
      return target
    }
    try withoutActuallyEscaping(report) { report in
      for file in files {
        let place = file.contents == nil ? target : root
        try makeFolder(place)
        let fetch = FileFetch(file: file, path: place + "/" + file.name, retries: retries, report: report)
        let isFetched = try fetch.run(from: FetchOrigin(mirror: mirror, official: address, file: file.name))
        guard let contents = file.contents else { continue }
        report(.note("unpacking \(file.name)"))
        try unpack(fetch.path, contents, into: target)
        if isFetched { unlink(fetch.path) }
      }
    }
    return target
  }

  /// The right to fetch this dataset, which one process has at a time: two would unpack into the same folder.
  private func fetchLock(in root: String) throws -> FileLock {
    do {
      return try FileLock(folder: root, file: ".\(folder).lock")
    } catch let held as FileLock.Held {
      let holder = held.process.map { "the process \($0)" } ?? "another process"
      throw DatasetError.badFile(
        file: root + "/" + folder, offset: nil, found: "that \(holder) fetches it",
        expected: "one fetch of a dataset at a time", cure: "wait until that has finished")
    }
  }

  /// Whether the folder holds every file; one with other bytes than the published ones is an error.
  private func isWhole(_ target: String) throws -> Bool {
    var isWhole = true
    for file in finalFiles {
      let path = target + "/" + file.name
      guard isFile(path) else {
        isWhole = false
        continue
      }
      try file.expectSum(of: path)
    }
    return isWhole
  }

  /// Unpacks an archive beside its folder, compares the wanted files with what is published, and moves all into place.
  private func unpack(_ archive: String, _ wanted: [FileSum], into target: String) throws {
    try removeLeftovers(of: target)
    // A new folder with a name that cannot be foreseen: nothing in it belongs to another process.
    let temporary = TemporaryName.path(for: target)
    guard mkdir(temporary, 0o777) == 0 else { throw DatasetError.notWritten(temporary, "made") }
    do {
      try unpack(archive, wanted, toNew: temporary)
      try moveFiles(from: temporary, to: target)
    } catch {
      try? FileManager.default.removeItem(atPath: temporary)
      throw error
    }
  }

  /// Deletes what a killed process left of an unpacking; the caller holds the lock.
  private func removeLeftovers(of target: String) throws {
    let folder = AtomicFile.folder(of: target)
    for name in (try? AtomicFile.names(in: folder)) ?? [] {
      let path = folder + "/" + name
      // Until its names could not be foreseen, it was the target's with the same ending.
      guard TemporaryName.isTemporary(path, for: target) || path == target + TemporaryName.suffix else {
        continue
      }
      try? FileManager.default.removeItem(atPath: path)
    }
  }

  private func unpack(_ archive: String, _ wanted: [FileSum], toNew temporary: String) throws {
    let unpacked = try InflatedSource(FileRange(OpenFile(archive)), name: archive)
    try TarArchive(unpacked, name: archive, folder: folder).forEachFile { name, contents in
      let file = try PartialFile(for: temporary + "/" + name)
      try contents.forEachBlock(file.append)
      try file.finish()
    }
    for file in wanted {
      let path = temporary + "/" + file.name
      let found = isFile(path) ? "md5 " + (try fileDigest(path, .md5)) : "no such file"
      guard found == "md5 " + file.md5 else {
        throw DatasetError.badFile(
          file: archive, offset: nil, found: "\(found) for \(file.name) in it", expected: "md5 \(file.md5)",
          cure: "use the archive as it is published")
      }
    }
  }
}

extension FileSum {
  /// Throws where the file at the path, which is there, has another sum.
  func expectSum(of path: String) throws {
    let found = try fileDigest(path, .md5)
    guard found == md5 else {
      throw DatasetError.occupied(path, found: "md5 " + found, expected: "md5 " + md5)
    }
  }
}

extension DatasetError {
  /// Nothing is written over: a file that is there and is not the published one stops the fetching.
  static func occupied(_ path: String, found: String?, expected: String?) -> DatasetError {
    .badFile(
      file: path, offset: nil, found: found ?? "a file that cannot be read",
      expected: "\(expected ?? "a sound file"), as published", cure: "move it away, then fetch again")
  }
}

private func makeFolder(_ path: String) throws {
  do {
    try Folder.make(path)
  } catch let error as FileError {
    throw DatasetError.badFile(
      file: path, offset: nil, found: "no way to make this folder (\(error.reason))",
      expected: "a place that you may write to",
      cure: "choose another \(setting: "dataDirectory")")
  }
}

/// Moves a folder into place; where there is one already, the files that it lacks.
private func moveFiles(from temporary: String, to folder: String) throws {
  if rename(temporary, folder) != 0 {
    for name in try AtomicFile.names(in: temporary) where try !isThere(folder + "/" + name) {
      guard rename(temporary + "/" + name, folder + "/" + name) == 0 else {
        throw DatasetError.notWritten(folder + "/" + name, "put in place")
      }
    }
    try? FileManager.default.removeItem(atPath: temporary)
  }
  try synchroniseFolder(folder)
  try synchroniseFolder(URL(fileURLWithPath: folder).deletingLastPathComponent().path)
}
