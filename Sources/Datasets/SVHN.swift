private let address = "http://ufldl.stanford.edu/housenumbers"
private let train = SVHNPart("train_32x32.mat", 182_040_794, "e26dedcc434d2e4c54c9b2d4a06d8373")
private let extra = SVHNPart("extra_32x32.mat", 1_329_278_602, "a93ce644f1a588dc4d68dda5feec44a7")
private let test = SVHNPart("test_32x32.mat", 64_275_384, "eb5a983be6a315427106f1b164d9cef3")

extension DatasetSpec {
  /// SVHN's cropped digits (Netzer et al., 2011) without the extra ones, as the published reduced sets use them.
  static let svhn = svhnSpec(
    name: "svhn",
    summary:
      "SVHN: 73,257 training and 26,032 test photographs of house numbers' digits, 32 × 32, 10 classes",
    trainParts: [train],
    published: PublishedStatistics(
      trainSize: 1000, officialCount: 73257,
      statistics: ChannelStatistics(
        mean: [0.45163885, 0.4557915, 0.48093327],
        standardDeviation: [0.20385217, 0.20957996, 0.20804394])))

  /// SVHN with its 531,131 extra training images, which follow the others.
  static let svhnFull = svhnSpec(
    name: "svhn-full",
    summary: "SVHN with its extra images: 604,388 training and 26,032 test photographs, 32 × 32, 10 classes",
    trainParts: [train, extra],
    published: PublishedStatistics(
      trainSize: 604_388, officialCount: 604_388,
      statistics: ChannelStatistics(
        mean: [0.43090966, 0.4302428, 0.44634357],
        standardDeviation: [0.19652855, 0.19832038, 0.19942076])))

  private static func svhnSpec(
    name: String, summary: String, trainParts: [SVHNPart], published: PublishedStatistics
  ) -> DatasetSpec {
    let parts = trainParts + [test]
    return DatasetSpec(
      name: name, summary: summary,
      licence: "for non-commercial use; cite Netzer et al., Reading Digits in Natural Images, 2011",
      searchDefaults: SplitSizes(train: 1000, validation: 7325),
      // A mirrored digit is another one or none, and its neighbours stand at the edges: as published, neither.
      tailDefaults: TailDefaults(flip: false, cropPadding: 0),
      cure: "run `pba data fetch \(name)`, or put \(parts.map(\.name).joined(separator: ", ")) from "
        + "\(address) into one of these folders",
      publishedStatistics: [published],
      validationPlace: .atTheEnd,
      distribution: DatasetDistribution(
        folder: "svhn", files: parts.map { .file($0.name, $0.byteCount, $0.md5) }, at: address),
      source: FileSource { dataDirectory in
        [dataDirectory + "/svhn", dataDirectory].map { folder in
          DatasetCandidate(folder: folder, form: "MATLAB files", files: parts.map(\.file)) { paths in
            let train = try openSVHN(paths.dropLast())
            let test = try openSVHN(paths.suffix(1))
            guard (test.height, test.width) == (train.height, train.width) else {
              throw DatasetError.badFile(
                file: paths[paths.count - 1], offset: nil,
                found: "images of \(test.height) × \(test.width) pixels",
                expected: "\(train.height) × \(train.width) as in \(paths[0])",
                cure: "use files that belong together")
            }
            return StoredDataset(
              classNames: (0...9).map(String.init), train: train, validation: nil, test: test)
          }
        }
      })
  }
}

/// One of SVHN's files as it is published.
private struct SVHNPart {
  let name: String
  let byteCount: Int
  let md5: String

  init(_ name: String, _ byteCount: Int, _ md5: String) {
    self.name = name
    self.byteCount = byteCount
    self.md5 = md5
  }

  var file: DatasetFile { DatasetFile(names: [name], digest: .md5(md5), check: checkSVHN) }
}
