import Files
import Foundation
import Text

/// A set of images in files: its size is known, its images are read when asked for.
struct StoredImages: Sendable {
  let count: Int
  let height: Int
  let width: Int
  /// Offers every image to the placement, in the official order.
  let read: @Sendable (inout ImagePlacement) throws -> Void

  /// The images of each list of official indices, read in one pass.
  func parts(_ indices: [[Int]]) throws -> [LabeledImages] {
    var placement = ImagePlacement(parts: indices, officialCount: count, height: height, width: width)
    try read(&placement)
    return placement.finish()
  }
}

/// A dataset whose files were found and opened.
struct StoredDataset: Sendable {
  let classNames: [String]
  let train: StoredImages
  /// A validation set of its own; without one, validation images are drawn from the training set.
  let validation: StoredImages?
  let test: StoredImages
}

/// What is published about a file's bytes, in lower-case hexadecimal.
enum PublishedDigest: Sendable, CustomStringConvertible {
  /// The MD5 of the file.
  case md5(String)
  /// The SHA-256 of what the file holds once decompressed, whatever packed it.
  case contentSHA256(String)

  var description: String {
    switch self {
    case .md5(let digest): "md5 " + digest
    case .contentSHA256(let digest): "sha256 " + digest
    }
  }
}

/// One of a dataset's files, under any of its names.
struct DatasetFile: Sendable {
  let names: [String]
  let digest: PublishedDigest?
  /// Reads the whole file and throws where it is not of the dataset's form.
  let check: @Sendable (_ path: String) throws -> Void

  /// The file's path in the folder, or nil when it is not there under any of its names.
  func path(in folder: String) -> String? {
    names.lazy.map { folder + "/" + $0 }.first(where: isFile)
  }
}

/// Whether there is a file, and not a folder, at the path.
func isFile(_ path: String) -> Bool {
  let kind = FileKind(following: path)
  return kind != nil && kind != .folder
}

/// A folder that may hold a dataset, and the form its files would have there.
struct DatasetCandidate: Sendable {
  let folder: String
  /// The form in words, such as "Python pickle files".
  let form: String
  let files: [DatasetFile]
  /// Opens the dataset from the paths of `files`, given in their order.
  let open: @Sendable (_ paths: [String]) throws -> StoredDataset

  /// Whether at least one of the files is there.
  var isPresent: Bool { files.contains { $0.path(in: folder) != nil } }

  /// The names of the files that are not there.
  var missingNames: [String] { files.filter { $0.path(in: folder) == nil }.map { $0.names[0] } }

  /// The paths of all files; a missing one is an error that ends with the cure.
  func paths(cure: String) throws -> [String] {
    try files.map { file in
      guard let path = file.path(in: folder) else {
        throw DatasetError.badFile(
          file: folder + "/" + file.names[0], offset: nil, found: "no such file",
          expected: "it beside the others in \(folder)", cure: ErrorText(cure))
      }
      return path
    }
  }
}
