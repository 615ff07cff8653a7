/// Where the files of a dataset are published, and what is known of them.
package struct DatasetDistribution: Sendable {
  /// The folder in the data directory that holds the dataset's files in the end.
  let folder: String
  let files: [PublishedFile]
  /// The address that the files' names are added to.
  let address: String

  package init(folder: String, files: [PublishedFile], at address: String) {
    self.folder = folder
    self.files = files
    self.address = address
  }

  /// The files that the folder holds in the end.
  var finalFiles: [FileSum] { files.flatMap { $0.contents ?? [$0.sum] } }
}

/// A file's name and its published MD5 sum in lower-case hexadecimal.
package struct FileSum: Equatable, Sendable {
  let name: String
  let md5: String

  package init(name: String, md5: String) {
    self.name = name
    self.md5 = md5
  }
}

/// A file as it is published.
package struct PublishedFile: Sendable {
  let sum: FileSum
  let byteCount: Int
  /// Of a tar archive, packed by gzip, the files that are wanted; nil for a file that is no archive.
  let contents: [FileSum]?

  var name: String { sum.name }

  /// A file that is used as it is.
  package static func file(_ name: String, _ byteCount: Int, _ md5: String) -> PublishedFile {
    PublishedFile(sum: FileSum(name: name, md5: md5), byteCount: byteCount, contents: nil)
  }

  /// An archive whose only folder is the distribution's.
  package static func archive(
    _ name: String, _ byteCount: Int, _ md5: String, contents: [FileSum]
  ) -> PublishedFile {
    PublishedFile(sum: FileSum(name: name, md5: md5), byteCount: byteCount, contents: contents)
  }
}

extension DatasetFile {
  /// The file's name and published MD5 sum; nil where none is published.
  var publishedSum: FileSum? {
    guard case .md5(let md5) = digest else { return nil }
    return FileSum(name: names[0], md5: md5)
  }
}
