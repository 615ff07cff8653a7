import Augmentation
import Text

/// Why a dataset cannot be loaded, in one line for the user.
public enum DatasetError: ExplainedError, Equatable, Sendable {
  /// No dataset has this name; `nearest` is the known name that is spelt most like it.
  case unknown(name: String, known: [String], nearest: String?)
  /// What follows the dataset's name, or is missing there, names none of its kind.
  case badParameter(dataset: String, found: String, expected: ErrorText)
  /// None of the places holds the dataset's files.
  case missing(dataset: String, searched: [String], cure: String)
  /// A file is not what it should be; `offset` is the byte where the fault was seen.
  case badFile(file: String, offset: Int?, found: String, expected: String, cure: ErrorText)
  /// A file cannot be fetched from an address.
  case notFetched(address: String, found: String, expected: String, cure: ErrorText)
  /// The split asked for cannot be drawn from the images that are there.
  case impossibleSplit(dataset: String, found: String, expected: ErrorText)
  /// The images asked for take more memory than the process or its container may have.
  case noRoom(dataset: String, found: String, expected: String)
  /// Files in an image folder cannot be read as images: the first few, and what is wrong with the first.
  case unreadableImages(folder: String, count: Int, first: [String], reason: String)

  /// A folder in an image folder cannot be listed.
  case badFolder(path: String, reason: String, cure: ErrorText)

  /// The file or folder that the error is about; nil where it is about none.
  public var file: String? {
    switch self {
    case .badFile(let file, _, _, _, _): file
    case .unreadableImages(let folder, _, _, _): folder
    case .badFolder(let path, _, _): path
    case .unknown, .badParameter, .missing, .notFetched, .impossibleSplit, .noRoom: nil
    }
  }

  /// One line: what was found, what was expected and what to do.
  public var text: ErrorText {
    switch self {
    case .unknown(let name, let known, let nearest):
      let hint = nearest.map { "did you mean \($0)? " } ?? ""
      return "no dataset is called \"\(name)\"; \(hint)known are \(known.joined(separator: ", "))"
    case .badParameter(let dataset, let found, let expected):
      return "the dataset \(dataset): found \(found), expected \(expected)"
    case .missing(let dataset, let searched, let cure):
      return "the dataset \(dataset) was found in none of \(searched.joined(separator: ", ")); \(cure)"
    case .badFile(let file, let offset, let found, let expected, let cure):
      let place = offset.map { ", byte \($0)" } ?? ""
      return "\(file)\(place): found \(found), expected \(expected); \(cure)"
    case .notFetched(let address, let found, let expected, let cure):
      return "\(address): found \(found), expected \(expected); \(cure)"
    case .impossibleSplit(let dataset, let found, let expected):
      return "cannot split the dataset \(dataset): found \(found), expected \(expected)"
    case .badFolder(let path, let reason, let cure):
      return "\(path): \(reason); \(cure)"
    case .noRoom(let dataset, let found, let expected):
      return "not enough memory for the dataset \(dataset): found \(found), expected less than \(expected), "
        + "what is left of the limit of this process or its container (ulimit -v, memory.max); raise it, or lower \(setting: "trainSize")"
    case .unreadableImages(let folder, let count, let first, let reason):
      let names = first.joined(separator: ", ") + (count > first.count ? ", …" : "")
      return
        "\(folder): \(counted(count, "file")) cannot be read as \(count == 1 ? "an image" : "images") (\(names)); "
        + "the first: \(reason); or give \(setting: "skipUnreadable") to leave \(count == 1 ? "it" : "them") out"
    }
  }
}
