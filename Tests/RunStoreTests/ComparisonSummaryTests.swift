import Foundation
import RunStore
import Statistics
import Testing

@Suite("The summary of a comparison") struct ComparisonSummaryTests {
  private typealias Entry = ComparisonSummary.Entry

  private func entries(_ accuracies: [Double?]) -> [Entry] {
    accuracies.enumerated().map {
      Entry(seed: UInt64($0), accuracy: $1, failure: $1 == nil ? "the loss became nan" : nil)
    }
  }

  private func summary(_ policies: [(String, [Double?])]) -> ComparisonSummary {
    ComparisonSummary(
      split: .test, images: 1000, trainings: policies.map { (policy: $0.0, entries: entries($0.1)) })
  }

  private func isNear(_ a: Double?, _ b: Double) -> Bool { a.map { abs($0 - b) < 1e-9 } ?? false }

  @Test("against another policy the differences are to it, and figures of trainings stay")
  func againstAnother() throws {
    let found = summary([("none", [0.79, 0.80]), ("cutout", [0.80, 0.85]), ("rcifar10", [0.84, nil])])
    let other = try #require(found.against("cutout"))
    #expect(other.rows.map(\.policy) == ["cutout", "none", "rcifar10"])
    #expect(Set(other.rows.map(\.entries)) == Set(found.rows.map(\.entries)))
    #expect(other.rows[0].difference == nil)
    #expect(isNear(other.rows[1].difference?.mean, -0.03))
    #expect(isNear(other.rows[2].difference?.mean, 0.04))
    #expect(found.against("none") == found)
    #expect(found.against("other") == nil)
  }

  /// By hand: means 0.80 and 0.83; differences 0.01, 0.05, 0.03 with mean 0.03 and standard deviation 0.02.
  ///
  /// The 95 % quantile of Student's t with two degrees of freedom is 4.302652729…
  @Test("means, intervals and paired differences are those computed by hand")
  func byHand() {
    let found = summary([("none", [0.79, 0.80, 0.81]), ("rcifar10", [0.80, 0.85, 0.84])])
    let t = 4.302652729696142
    #expect(isNear(found.rows[0].accuracy?.mean, 0.80))
    #expect(isNear(found.rows[0].accuracy?.margin, t * 0.01 / 3.0.squareRoot()))
    #expect(found.rows[0].difference == nil)
    #expect(isNear(found.rows[1].accuracy?.mean, 0.83))
    // Deviations −0.03, 0.02, 0.01: variance 0.0014 / 2.
    #expect(isNear(found.rows[1].accuracy?.margin, t * (0.0007 / 3).squareRoot()))
    #expect(isNear(found.rows[1].difference?.mean, 0.03))
    #expect(isNear(found.rows[1].difference?.margin, t * 0.02 / 3.0.squareRoot()))
    #expect(found.rows[1].difference?.count == 3)
    // 0.03 ± 0.0497
    #expect(found.verdict(on: found.rows[1]) == .undecided)
    #expect(found.verdict(on: found.rows[0]) == nil)
  }

  /// Differences of the same size have a narrow interval, though the accuracies themselves scatter.
  @Test("pairing takes out what seeds have in common")
  func pairing() {
    let found = summary([("a", [0.70, 0.80, 0.90]), ("b", [0.72, 0.82, 0.93]), ("c", [0.65, 0.75, 0.86])])
    #expect(isNear(found.rows[1].difference?.mean, 0.07 / 3))
    #expect(found.verdict(on: found.rows[1]) == .better)
    #expect(found.verdict(on: found.rows[2]) == .worse)
    #expect((found.rows[1].accuracy?.margin ?? 0) > 0.2)
  }

  @Test("differences that are the same by chance decide nothing")
  func sameDifferences() {
    let found = summary([("a", [0.7, 0.8]), ("b", [0.701, 0.801]), ("c", [0.7, 0.8])])
    #expect(found.verdict(on: found.rows[1]) == .unknown)
    #expect(found.verdict(on: found.rows[2]) == .undecided)
  }

  @Test("a failed training is left out, with its partner in the difference")
  func failures() {
    let found = summary([("a", [0.70, nil, 0.90]), ("b", [0.75, 0.5, 0.93]), ("c", [nil, 0.9, nil])])
    #expect(found.rows[0].accuracy?.count == 2)
    #expect(isNear(found.rows[0].accuracy?.mean, 0.8))
    #expect(found.rows[1].accuracy?.count == 3)
    #expect(found.rows[1].difference?.count == 2)
    #expect(isNear(found.rows[1].difference?.mean, 0.04))
    #expect(found.rows[2].difference == nil)
    #expect(found.verdict(on: found.rows[2]) == .unknown)
    #expect(found.rows[0].entries[1].failure == "the loss became nan")
  }

  @Test("one seed has a mean and no interval")
  func oneSeed() {
    let found = summary([("a", [0.7]), ("b", [0.8])])
    #expect(found.rows[0].accuracy?.mean == 0.7)
    #expect(found.rows[0].accuracy?.margin == nil)
    #expect(found.rows[1].difference?.margin == nil)
    #expect(found.verdict(on: found.rows[1]) == .unknown)
  }

  @Test("entries are paired by seed, in whatever order they come")
  func order() {
    let shuffled = ComparisonSummary(
      split: .test, images: 10,
      trainings: [
        ("a", [Entry(seed: 9, accuracy: 0.5), Entry(seed: 2, accuracy: 0.75)]),
        ("b", [Entry(seed: 2, accuracy: 0.875), Entry(seed: 9, accuracy: 0.625)]),
      ])
    #expect(shuffled.rows[0].entries.map(\.seed) == [2, 9])
    #expect(shuffled.rows[1].difference == MeanInterval([0.125, 0.125]))
  }

  @Test("the table of commas quotes what needs it and leaves empty what is not there")
  func csv() {
    let found = summary([
      ("none", [0.5, 0.75]), ("randaugment:2,14", [0.625, nil]), ("a \"b\"", [nil, nil]),
    ])
    let lines = found.csv().split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    #expect(
      lines[0] == "policy,n,mean,margin,difference_n,difference,difference_margin,failed,seed_0,seed_1")
    #expect(lines[1].hasPrefix("none,2,0.625,1.588"))
    #expect(lines[1].hasSuffix(",,,,0,0.5,0.75"))
    #expect(lines[2] == "\"randaugment:2,14\",1,0.625,,1,0.125,,1,0.625,")
    #expect(lines[3] == "\"a \"\"b\"\"\",0,,,,,,2,,")
    #expect(lines[4] == "")
    #expect(lines.count == 5)
  }

  @Test("a line end in a name stands within quotes", arguments: ["a\nb", "a\rb", "a\r\nb"])
  func lineEnds(_ name: String) {
    #expect(summary([("none", [0.5]), (name, [0.5])]).csv().contains("\n\"\(name)\",1,"))
  }

  @Test("it reads back from JSON as it was written")
  func json() throws {
    let found = summary([("a", [0.7, nil]), ("b", [0.8, 0.9])])
    let data = try JSONEncoder().encode(found)
    #expect(try JSONDecoder().decode(ComparisonSummary.self, from: data) == found)
  }

  @Test(
    "Student's t has the tabulated quantiles",
    arguments: [
      (1, 12.706204736), (2, 4.302652730), (3, 3.182446305), (4, 2.776445105), (9, 2.262157163),
      (30, 2.042272456),
    ])
  func quantiles(degrees: Int, quantile: Double) {
    #expect(abs(MeanInterval.quantile(degreesOfFreedom: degrees) - quantile) < 1e-8)
  }
}
