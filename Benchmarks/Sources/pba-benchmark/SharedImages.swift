import Datasets
import Files
import Foundation

/// The images of a search as files that a rival reads: 8-bit pixels and labels, as they lie in memory.
struct SharedImages: Encodable {
  let folder: String
  let side: Int
  let classes: Int
  let train: Int
  let validation: Int

  /// Writes both sets to a folder, which must be there.
  init(_ data: DatasetSplits, to folder: String) throws {
    self.folder = folder
    side = data.train.images.height
    classes = data.classNames.count
    train = data.train.count
    validation = data.validation.count
    for (name, set) in [("train", data.train), ("validation", data.validation)] {
      // Short-lived, so nothing waits for the disk.
      try AtomicFile.writeTemporary(Data(set.images.pixels), to: "\(folder)/\(name).pixels")
      try AtomicFile.writeTemporary(
        Data(set.labels.map { UInt8(clamping: $0) }), to: "\(folder)/\(name).labels")
    }
  }
}
