import Augmentation
import Datasets
import Files
import Foundation
import Images
import TestSupport

/// The folder of a fixture.
func fixture(_ name: String) throws -> String {
  guard let path = Bundle.module.resourcePath else { throw CocoaError(.fileNoSuchFile) }
  return path + "/Fixtures/" + name
}

/// Calls the body with the path of a folder that holds a copy of a fixture's files, which is removed afterwards.
func withCopy<Result>(of name: String, _ body: (String) throws -> Result) throws -> Result {
  try withTemporaryFolder { folder in
    let copy = folder + "/copy"
    try FileManager.default.copyItem(atPath: fixture(name), toPath: copy)
    return try body(copy)
  }
}

/// Calls the body with a folder that holds copies of fixtures under their own names.
func withCopies<Result>(of names: [String], in subfolder: String = "", _ body: (String) throws -> Result)
  throws -> Result
{
  try withTemporaryFolder { folder in
    let target = folder + "/" + subfolder
    try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
    for name in names { try FileManager.default.copyItem(atPath: fixture(name), toPath: target + "/" + name) }
    return try body(folder)
  }
}

/// The MD5 sum of bytes, in hexadecimal digits.
func md5(_ bytes: [UInt8]) -> String { hexadecimal(HashFunction.md5(bytes)) }

func contents(_ path: String) throws -> [UInt8] {
  [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
}

func write(_ bytes: [UInt8], to path: String) throws {
  try Data(bytes).write(to: URL(fileURLWithPath: path))
}

/// Loads everything of a dataset with no validation images.
func load(_ name: String, _ folder: String, train: Int? = nil, validation: Int? = nil) throws -> DatasetSplits
{
  try loadDataset(
    DataSelection(name, trainSize: train, validationSize: validation, dataDirectory: folder))
}

extension RGBAImage {
  /// The colours without the alpha, interleaved.
  var rgb: [UInt8] { pixels.enumerated().filter { $0.offset % 4 != 3 }.map(\.element) }
}
