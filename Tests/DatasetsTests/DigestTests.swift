import Augmentation
import Datasets
import Images
import Testing

@Suite struct DigestTests {
  private func splits(
    pixel: UInt8 = 7, label: Int32 = 1, names: [String] = ["a", "b"], height: Int = 2, test: Int = 1
  ) -> DatasetSplits {
    func images(_ count: Int, _ pixel: UInt8, _ label: Int32) -> LabeledImages {
      LabeledImages(
        images: ImageStack(
          count: count, height: height, width: 4 / height,
          pixels: [UInt8](repeating: pixel, count: count * 12)),
        labels: [Int32](repeating: label, count: count))
    }
    let train = images(3, pixel, label)
    return DatasetSplits(
      name: "toy", classNames: names, train: train, validation: images(0, 0, 0), test: images(test, 9, 0),
      statistics: ChannelStatistics(of: train.images))
  }

  @Test func theSameImagesHaveTheSameDigest() {
    #expect(splits().digest() == splits().digest())
    #expect(splits().digest().count == 64)
  }

  @Test func whateverATrainingSeesChangesIt() {
    let others = [
      splits(pixel: 8), splits(label: 0), splits(names: ["a", "c"]), splits(names: ["ab", ""]),
      splits(height: 1), splits(test: 2),
    ]
    let digests = ([splits()] + others).map { $0.digest() }
    #expect(Set(digests).count == digests.count)
  }
}
