import Files
import Foundation

/// The files beside the program with the SHA-256 of their content, as scripts/make_bundled_dataset.py wrote them.
private let bundledFiles = [
  idxFile("train-images-idx3-ubyte", "24b27ee3a3d6e79a199d848c8cf595888dc6fe48c3fdb3bcd25100dabdf2e127"),
  idxFile("train-labels-idx1-ubyte", "e026daf3d28b630d395bff264d45247706f43ecba7d4f48422cba6b6a30e22d3"),
  idxFile("validation-images-idx3-ubyte", "ab913b9852ae95219b9610a01e16dcb88a9a322b8b1a15087a1bb6c64abb4f7e"),
  idxFile("validation-labels-idx1-ubyte", "66e4c6deb5f2a061f7d8cd5ec53025fdb9dabb08265e449acb8cf64b8cd36cac"),
  idxFile("test-images-idx3-ubyte", "b2c6d8329036aade48a971047ddbd4c0d522e14c91fe09c6f0991211b5ee7723"),
  idxFile("test-labels-idx1-ubyte", "66e4c6deb5f2a061f7d8cd5ec53025fdb9dabb08265e449acb8cf64b8cd36cac"),
]

extension DatasetSpec {
  /// A small, balanced part of Fashion-MNIST that comes with the program.
  static let bundled = DatasetSpec(
    name: "bundled",
    summary: "a part of Fashion-MNIST that comes with the program: "
      + "2,000 training, 1,000 validation and 1,000 test images, 28 × 28, 10 classes",
    licence: "MIT, © 2017 Zalando SE",
    searchDefaults: SplitSizes(train: 2000, validation: 1000),
    imageSize: .ofFashionMNIST,
    cure: "install the program again together with its folder of resources",
    source: FileSource { _ in
      // Where the folder is missing, its candidate says so like any other dataset's.
      let resources = (try? resourceFolder("swift-pba_Datasets")) ?? "the program's resources"
      let folder = resources + "/FashionMNIST"
      return [
        DatasetCandidate(folder: folder, form: "IDX files", files: bundledFiles) { paths in
          let classCount = fashionMNISTClassNames.count
          return StoredDataset(
            classNames: fashionMNISTClassNames,
            train: try openIDX(images: paths[0], labels: paths[1], classCount: classCount),
            validation: try openIDX(images: paths[2], labels: paths[3], classCount: classCount),
            test: try openIDX(images: paths[4], labels: paths[5], classCount: classCount))
        }
      ]
    })
}
