import Augmentation
import Files
import Images
import Text

private let classCount = 100
private let pickleForm = CIFARFormat.pickle(labelKey: "fine_labels")
/// A coarse label before the fine one.
private let binaryForm = CIFARFormat.binary(labelBytes: 2)

/// The official Python files with their published MD5 sums.
private let pythonFiles = [
  DatasetFile.cifar("train", as: pickleForm, classCount: classCount, md5: "16019d7e3df5f24257cddd939b257f8d"),
  DatasetFile.cifar("test", as: pickleForm, classCount: classCount, md5: "f0ef6b0ae62326f3e7ffdfab6717acfc"),
  DatasetFile.cifarNames(
    "meta", key: "fine_label_names", classCount: classCount, md5: "7973b15100ade9c7d40fb424638fde48"),
]

/// The official binary files; no sums of them are published.
private let binaryFiles = [
  DatasetFile.cifar("train.bin", as: binaryForm, classCount: classCount),
  DatasetFile.cifar("test.bin", as: binaryForm, classCount: classCount),
  DatasetFile(names: ["fine_label_names.txt"], digest: nil) { _ = try readNames($0) },
]

extension DatasetSpec {
  /// CIFAR-100 (Krizhevsky, 2009), its fine labels, from the Python or the binary archive as distributed.
  static let cifar100 = DatasetSpec(
    name: "cifar100",
    summary: "CIFAR-100: 50,000 training and 10,000 test photographs, 32 × 32, 100 classes",
    licence: "none stated; cite Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009",
    searchDefaults: SplitSizes(train: 4000, validation: 46000),
    cure: "run `pba data fetch cifar100`, or unpack cifar-100-python.tar.gz or cifar-100-binary.tar.gz from "
      + "https://www.cs.toronto.edu/~kriz/cifar.html so that one of these folders holds its files",
    publishedStatistics: [
      PublishedStatistics(
        trainSize: 50000, officialCount: 50000,
        statistics: ChannelStatistics(
          mean: [0.50707516, 0.48654887, 0.44091784],
          standardDeviation: [0.26733429, 0.25643846, 0.27615047]))
    ],
    distribution: DatasetDistribution(
      folder: "cifar-100-python",
      files: [
        .archive(
          "cifar-100-python.tar.gz", 169_001_437, "eb9058c3a382ffc7106e4002c42a8d85",
          contents: pythonFiles.compactMap(\.publishedSum))
      ],
      at: "https://www.cs.toronto.edu/~kriz"),
    source: FileSource { dataDirectory in
      cifarFolders(dataDirectory, dataset: "cifar100", subfolder: "cifar-100-python") { folder in
        DatasetCandidate(folder: folder, form: "Python pickle files", files: pythonFiles) { paths in
          let names = try readCIFARNames(paths[2], key: "fine_label_names", classCount: classCount)
          return try opened(paths, as: pickleForm, classNames: names)
        }
      }
        + cifarFolders(dataDirectory, dataset: "cifar100", subfolder: "cifar-100-binary") { folder in
          DatasetCandidate(folder: folder, form: "binary files", files: binaryFiles) { paths in
            try opened(paths, as: binaryForm, classNames: readNames(paths[2]))
          }
        }
    })
}

private func opened(_ paths: [String], as format: CIFARFormat, classNames: [String]) throws -> StoredDataset {
  StoredDataset(
    classNames: classNames,
    train: try openCIFAR([paths[0]], as: format, classCount: classCount),
    validation: nil,
    test: try openCIFAR([paths[1]], as: format, classCount: classCount))
}

/// The class names in a text file, one a line.
private func readNames(_ path: String) throws -> [String] {
  let text = String(decoding: try readBytes(path, limit: 1 << 20), as: UTF8.self)
  let names = text.split(whereSeparator: \.isNewline).map(String.init)
  guard names.count == classCount else {
    throw DatasetError.badFile(
      file: path, offset: nil, found: "\(counted(names.count, "class name"))",
      expected: "\(classCount), one a line",
      cure: "use the file as the official binary archive has it")
  }
  return names
}
