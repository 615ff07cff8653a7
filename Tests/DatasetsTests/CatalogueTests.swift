import Datasets
import TestSupport
import Testing

private let known = DatasetFamily.all.map(\.usage).joined(separator: ", ")

@Suite struct CatalogueTests {
  @Test func namesEachDatasetOnce() throws {
    let names = DatasetFamily.all.map(\.name)
    #expect(
      names.prefix(7) == ["bundled", "cifar10", "cifar100", "svhn", "svhn-full", "fashion-mnist", "noise"])
    for name in names.prefix(7) { #expect(try DatasetSpec.named(name).name == name) }
  }

  @Test(arguments: [("cifar-10", "cifar10"), ("Bundled", "bundled"), ("fashion_mnist", "fashion-mnist")])
  func suggestsTheNearestName(wrong: String, right: String) {
    #expect(
      message { _ = try DatasetSpec.named(wrong) }
        == "no dataset is called \"\(wrong)\"; did you mean \(right)? known are \(known)"
    )
  }

  @Test func suggestsNothingForAStranger() {
    #expect(
      message { _ = try DatasetSpec.named("imagenet") }
        == "no dataset is called \"imagenet\"; known are \(known)")
  }

  @Test func refusesAParameterWhereNoneBelongs() {
    #expect(
      message { _ = try DatasetSpec.named("cifar10:4000") }
        == "the dataset cifar10: found the parameter \"4000\", expected cifar10")
  }

  @Test func tellsWhatIsMissing() throws {
    let spec = try DatasetSpec.named("cifar10")
    guard case .missing(let searched, let cure) = spec.status(dataDirectory: "/nowhere"),
      case .missing(let atHome, _) = spec.status(dataDirectory: "~/nowhere")
    else {
      Issue.record("found in /nowhere")
      return
    }
    #expect(cure == spec.cure)
    #expect(searched.contains("/nowhere/cifar10") && Set(searched).count == searched.count)
    #expect(atHome.count == searched.count && !atHome.contains { $0.contains("~") })
  }

  @Test(
    "the family says whether a dataset takes a size of image, and whether its images may be moved",
    arguments: [
      ("cifar10", false), ("bundled", false), ("noise:8x8x3", false), ("folder:photos", true),
      ("folder:", true),
    ])
  func traitsOfFamilies(name: String, isFolder: Bool) throws {
    let family = try #require(DatasetFamily.of(name))
    #expect(family.takesImageSize == isFolder && family.isMovable == isFolder)
    #expect(DatasetFamily.of("folders:photos") == nil)
  }

  @Test(
    "what training does to images where nobody says otherwise belongs to the dataset",
    arguments: [
      ("svhn", false, 0, false), ("svhn-full", false, 0, false), ("cifar10", true, 4, false),
      ("cifar100", true, 4, false), ("fashion-mnist", true, 4, false), ("bundled", true, 4, false),
      ("noise", true, 4, false), ("noise:8x8x3", true, 4, false), ("folder:photos", true, 4, true),
    ])
  func tailDefaults(name: String, flip: Bool, cropPadding: Int, scalesToSize: Bool) throws {
    let defaults = try DatasetSpec.named(name).tailDefaults
    #expect(defaults.flip == flip)
    #expect(defaults.cropPadding == cropPadding)
    #expect(defaults.scalesToSize == scalesToSize)
  }

  @Test(arguments: [
    ("cifar10", "32"), ("svhn", "32"), ("fashion-mnist", "28"), ("bundled", "28"), ("noise:24x48", "24x48"),
    ("folder:photos", nil),
  ])
  func imageSizes(name: String, size: String?) throws {
    #expect(try DatasetSpec.named(name).imageSize?.description == size)
  }

  @Test func searchesDrawValidationImages() throws {
    for spec in DatasetFamily.all.compactMap(\.plain) {
      #expect(try #require(spec.searchDefaults).train > 0)
      #expect(try #require(spec.searchDefaults).validation > 0)
    }
  }
}
