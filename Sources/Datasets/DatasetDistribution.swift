import Files

/// Where the files of a dataset are published, and what is known of them.
struct DatasetDistribution: Sendable {
  /// The folder in the data directory that holds the dataset's files in the end.
  let folder: String
  let files: [PublishedFile]
  /// The address that the files' names are added to.
  let address: String

  init(folder: String, files: [PublishedFile], at address: String) {
    self.folder = folder
    self.files = files
    self.address = address
  }
}

/// A file as it is published.
struct PublishedFile: Sendable {
  let name: String
  let byteCount: Int
  /// In lower-case hexadecimal.
  let md5: String
  /// Whether it is a tar archive, packed by gzip, whose only folder is the distribution's.
  let isArchive: Bool

  static func file(_ name: String, _ byteCount: Int, _ md5: String) -> PublishedFile {
    PublishedFile(name: name, byteCount: byteCount, md5: md5, isArchive: false)
  }

  static func archive(_ name: String, _ byteCount: Int, _ md5: String) -> PublishedFile {
    PublishedFile(name: name, byteCount: byteCount, md5: md5, isArchive: true)
  }
}
