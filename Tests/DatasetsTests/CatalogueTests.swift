import Datasets
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
    let status = spec.status(dataDirectory: "/nowhere")
    #expect(status == .missing(searched: spec.searchedFolders(dataDirectory: "/nowhere"), cure: spec.cure))
    #expect(spec.searchedFolders(dataDirectory: "/nowhere").contains("/nowhere/cifar10"))
    #expect(!spec.searchedFolders(dataDirectory: "~").contains { $0.contains("~") })
  }

  @Test func searchesDrawValidationImages() throws {
    for spec in DatasetFamily.all.compactMap(\.plain) {
      #expect(try #require(spec.searchDefaults).train > 0)
      #expect(try #require(spec.searchDefaults).validation > 0)
    }
  }
}
