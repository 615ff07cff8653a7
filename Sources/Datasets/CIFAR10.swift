private let classCount = 10

/// The official Python files with their published MD5 sums: five of training images, one of test images, names.
private let pythonFiles =
  [
    ("data_batch_1", "c99cafc152244af753f735de768cd75f"),
    ("data_batch_2", "d4bba439e000b95fd0a9bffe97cbabec"),
    ("data_batch_3", "54ebc095f3ab1f0389bbae665268c751"),
    ("data_batch_4", "634d18415352ddfa80567beed471001a"),
    ("data_batch_5", "482c414d41f54cd18b22e5b47cb7c3cb"),
    ("test_batch", "40351d587109b95175f43aff81a1287e"),
  ].map { DatasetFile.cifar($0, as: .pickle(labelKey: "labels"), classCount: classCount, md5: $1) }
  + [
    .cifarNames(
      "batches.meta", key: "label_names", classCount: classCount, md5: "5ff9c542aee3614f3951f8cda6e48888")
  ]

/// The official binary files; no sums of them are published.
private let binaryFiles = ((1...5).map { "data_batch_\($0).bin" } + ["test_batch.bin"]).map {
  DatasetFile.cifar($0, as: .binary(labelBytes: 1), classCount: classCount)
}

private let binaryClassNames = [
  "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
]

extension DatasetSpec {
  /// CIFAR-10 (Krizhevsky, 2009) from the Python or the binary archive as distributed.
  static let cifar10 = DatasetSpec(
    name: "cifar10",
    summary: "CIFAR-10: 50,000 training and 10,000 test photographs, 32 × 32, 10 classes",
    licence: "none stated; cite Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009",
    searchDefaults: SplitSizes(train: 4000, validation: 46000),
    cure: "run `pba data fetch cifar10`, or unpack cifar-10-python.tar.gz or cifar-10-binary.tar.gz from "
      + "https://www.cs.toronto.edu/~kriz/cifar.html so that one of these folders holds its files",
    publishedStatistics: [
      PublishedStatistics(
        trainSize: 50000, officialCount: 50000,
        statistics: ChannelStatistics(
          mean: [0.49139968, 0.48215841, 0.44653091],
          standardDeviation: [0.24703223, 0.24348513, 0.26158784])),
      PublishedStatistics(
        trainSize: 4000, officialCount: 50000,
        statistics: ChannelStatistics(
          mean: [0.49056774, 0.48116026, 0.44726052],
          standardDeviation: [0.24710728, 0.24451308, 0.26235099])),
    ],
    distribution: DatasetDistribution(
      folder: "cifar-10-batches-py",
      files: [
        .archive(
          "cifar-10-python.tar.gz", 170_498_071, "c58f30108f718f92721af3b95e74349a",
          contents: pythonFiles.compactMap(\.publishedSum))
      ],
      at: "https://www.cs.toronto.edu/~kriz"),
    source: FileSource { dataDirectory in
      cifarFolders(dataDirectory, dataset: "cifar10", subfolder: "cifar-10-batches-py") { folder in
        DatasetCandidate(folder: folder, form: "Python pickle files", files: pythonFiles) { paths in
          let names = try readCIFARNames(paths[6], key: "label_names", classCount: classCount)
          return try opened(paths, as: .pickle(labelKey: "labels"), classNames: names)
        }
      }
        + cifarFolders(dataDirectory, dataset: "cifar10", subfolder: "cifar-10-batches-bin") { folder in
          DatasetCandidate(folder: folder, form: "binary files", files: binaryFiles) { paths in
            try opened(paths, as: .binary(labelBytes: 1), classNames: binaryClassNames)
          }
        }
    })
}

private func opened(_ paths: [String], as format: CIFARFormat, classNames: [String]) throws -> StoredDataset {
  StoredDataset(
    classNames: classNames,
    train: try openCIFAR(Array(paths[0..<5]), as: format, classCount: classNames.count),
    validation: nil,
    test: try openCIFAR([paths[5]], as: format, classCount: classNames.count))
}
