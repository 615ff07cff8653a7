/// The four files of Fashion-MNIST with the SHA-256 of their official content.
private let officialFiles = [
  idxFile("train-images-idx3-ubyte", "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"),
  idxFile("train-labels-idx1-ubyte", "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"),
  idxFile("t10k-images-idx3-ubyte", "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"),
  idxFile("t10k-labels-idx1-ubyte", "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"),
]

/// What the labels of Fashion-MNIST mean.
let fashionMNISTClassNames = [
  "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
]

extension DatasetSpec {
  /// Fashion-MNIST (Xiao, Rasul and Vollgraf, 2017): 28 × 28 grey pictures of clothes, shown as RGB.
  static let fashionMNIST = DatasetSpec(
    name: "fashion-mnist",
    summary: "Fashion-MNIST: 60,000 training and 10,000 test images of clothes, 28 × 28, 10 classes",
    licence: "MIT, © 2017 Zalando SE",
    searchDefaults: SplitSizes(train: 2000, validation: 10000),
    imageSize: .ofFashionMNIST,
    cure:
      "run `pba data fetch fashion-mnist`, put the four files train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz "
      + "and t10k-labels-idx1-ubyte.gz into one of them, or install them on Debian or Ubuntu with "
      + "apt-get install dataset-fashion-mnist",
    distribution: DatasetDistribution(
      folder: "fashion-mnist",
      files: [
        .file("train-images-idx3-ubyte.gz", 26_421_880, "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
        .file("train-labels-idx1-ubyte.gz", 29_515, "25c81989df183df01b3e8a0aad5dffbe"),
        .file("t10k-images-idx3-ubyte.gz", 4_422_102, "bef4ecab320f06d8554ea6380940ec79"),
        .file("t10k-labels-idx1-ubyte.gz", 5_148, "bb300cfdad3c16e7a12a480ee83cd310"),
      ], at: "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com"),
    source: FileSource { dataDirectory in
      [
        dataDirectory, dataDirectory + "/fashion-mnist", dataDirectory + "/FashionMNIST/raw",
        "/usr/share/datasets/fashion-mnist",
      ].map { folder in
        DatasetCandidate(folder: folder, form: "IDX files", files: officialFiles) { paths in
          let classCount = fashionMNISTClassNames.count
          return StoredDataset(
            classNames: fashionMNISTClassNames,
            train: try openIDX(images: paths[0], labels: paths[1], classCount: classCount),
            validation: nil,
            test: try openIDX(images: paths[2], labels: paths[3], classCount: classCount))
        }
      }
    })
}

/// An IDX file that may be packed by gzip: images, or labels where the name says so.
func idxFile(_ name: String, _ contentSHA256: String) -> DatasetFile {
  let holdsLabels = name.hasSuffix("idx1-ubyte")
  return DatasetFile(names: [name + ".gz", name], digest: .contentSHA256(contentSHA256)) { path in
    if holdsLabels {
      _ = try readIDXLabels(path, classCount: fashionMNISTClassNames.count)
    } else {
      _ = try IDXFile(contentsOf: path, dimensions: 3)
    }
  }
}
