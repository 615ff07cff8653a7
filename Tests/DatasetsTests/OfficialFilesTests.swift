import Datasets
import Foundation
import Testing

/// A folder that holds both official CIFAR-10 folders (`cifar-10-batches-py`, `cifar-10-batches-bin`), named by the
/// environment; see CONTRIBUTING.md.
private let cifarFolder = ProcessInfo.processInfo.environment["PBA_TEST_CIFAR10"]
private let debianFolder = "/usr/share/datasets/fashion-mnist"

/// Run where the official files are at hand.
@Suite struct OfficialFilesTests {
  @Test(.enabled(if: cifarFolder != nil, "PBA_TEST_CIFAR10 is not set"))
  func bothFormsOfCIFAR10AreTheSame() throws {
    let folder = try #require(cifarFolder)
    let spec = try DatasetSpec.named("cifar10")
    let python = folder + "/cifar-10-batches-py"
    #expect(try spec.verify(dataDirectory: python).allSatisfy { $0.outcome == .asPublished })
    let first = try load("cifar10", python, train: 4000, validation: 46000)
    let second = try load("cifar10", folder + "/cifar-10-batches-bin", train: 4000, validation: 46000)
    #expect(first.train == second.train)
    #expect(first.validation == second.validation)
    #expect(first.test == second.test)
    // The published constants are those of the images that the legacy shuffle draws.
    let measured = ChannelStatistics(of: first.train.images)
    for colour in 0..<3 {
      #expect(abs(measured.mean[colour] - first.statistics.mean[colour]) < 1e-7)
      #expect(abs(measured.standardDeviation[colour] - first.statistics.standardDeviation[colour]) < 1e-7)
    }
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: debianFolder), "\(debianFolder) is not there"))
  func fashionMNISTIsAsPublished() throws {
    let spec = try DatasetSpec.named("fashion-mnist")
    #expect(try spec.verify(dataDirectory: "/nowhere").allSatisfy { $0.outcome == .asPublished })
    let splits = try load("fashion-mnist", "/nowhere", train: 2000, validation: 10000)
    #expect(splits.test.count == 10000)
    #expect((0..<10).allSatisfy { label in splits.test.labels.count { $0 == Int32(label) } == 1000 })
  }
}
