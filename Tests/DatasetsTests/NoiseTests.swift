import Datasets
import TestSupport
import Testing

@Suite struct NoiseTests {
  @Test func hasTheShapeItsNameSays() throws {
    let plain = try load("noise", "/nowhere")
    #expect((plain.train.images.height, plain.train.images.width) == (32, 32))
    #expect((plain.train.count, plain.validation.count, plain.test.count) == (2000, 1000, 200))
    #expect(plain.classNames.count == 10)
    let wide = try load("noise:5x9x200", "/nowhere", train: 400, validation: 7)
    #expect(wide.name == "noise:5x9x200")
    #expect((wide.train.images.height, wide.train.images.width) == (5, 9))
    #expect((wide.train.count, wide.validation.count, wide.test.count) == (400, 7, 200))
    #expect(Set(wide.train.labels) == Set(0..<200))
    #expect(try load("noise:5x9", "/nowhere", train: 1).classNames.count == 10)
  }

  @Test func isTheSameEachTime() throws {
    let first = try load("noise:7x3", "/nowhere", train: 30)
    let second = try load("noise:7x3", "/nowhere", train: 50)
    #expect(second.train.labels.prefix(30) == first.train.labels[...])
    for index in 0..<30 {
      #expect(first.train.images.image(at: index) == second.train.images.image(at: index))
    }
    #expect(first.test == second.test)
  }

  @Test func repeatsNoImage() throws {
    let splits = try load("noise:4x4", "/nowhere", train: 300, validation: 300)
    let images = [splits.train, splits.validation, splits.test].flatMap { set in
      (0..<set.count).map { set.images.image(at: $0).rgb }
    }
    #expect(Set(images).count == 800)
  }

  /// 6,144,000 bytes uniform over 0 to 255: mean 127.5 ± 0.03, deviation of value / 255 is √((256² − 1) / 12) / 255.
  @Test func isUniform() throws {
    let statistics = try load("noise", "/nowhere").statistics
    for colour in 0..<3 {
      #expect(abs(statistics.mean[colour] - 0.5) < 0.001)
      #expect(abs(statistics.standardDeviation[colour] - 0.28980) < 0.001)
    }
  }

  @Test(arguments: [
    "", "x", "32", "0x5", "5x0", "5x5x0", "5x5x5x5", "-1x5", "5x+5", "4097x4", "4x4x10001", "４x4",
  ])
  func refusesOtherShapes(parameter: String) {
    let text = message { _ = try DatasetSpec.named("noise:" + parameter) }
    #expect(
      text?.hasPrefix("the dataset noise: found the shape \(parameter.debugDescription), expected ") == true)
  }

  @Test func needsNoFiles() throws {
    let spec = try DatasetSpec.named("noise:8x8")
    #expect(spec.status(dataDirectory: "/nowhere") == .generated)
    #expect(try spec.verify(dataDirectory: "/nowhere") == [])
    let text = message { _ = try spec.fetch(dataDirectory: "/nowhere") { _ in } }
    #expect(
      text?.contains("found a dataset that cannot be fetched, expected one of cifar10, cifar100, svhn")
        == true)
  }
}
