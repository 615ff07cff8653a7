import Augmentation
import Foundation
import PopulationBasedTraining
import Testing

@Suite("Tuned hyperparameters")
struct TunedRangeTests {
  @Test(
    "the text of a range is read back",
    arguments: ["rate=0.0001:0.1:log", "decay=-1.5:2.0", "a.b-c_1=0.0:1e+20"])
  func text(text: String) throws {
    #expect(try #require(TunedRange(text)).description == text)
  }

  @Test(
    "what is no range is refused",
    arguments: [
      "", "rate", "rate=", "rate=1", "rate=1:", "=1:2", "rate=2:1", "rate=1:1", "rate=1:2:lin",
      "rate=1:2:log:x",
      "rate=0:1:log", "rate=-1:1:log", "rate=a:b", "rate=nan:1", "rate=0:inf", "r e=1:2", "a,b=1:2",
      "rate=-1e308:1e308", "rate=1e-300:1e300:log",
    ])
  func refused(text: String) {
    #expect(TunedRange(text) == nil)
  }

  @Test("a draw is uniform, or uniform in the logarithm", arguments: [false, true])
  func uniformity(isLogarithmic: Bool) throws {
    let range = try #require(TunedRange(name: "x", from: 1e-4, to: 1e-1, isLogarithmic: isLogarithmic))
    var generator = RandomStream(seed: 5, domain: .tuning)
    let draws = 100_000
    var counts = [Int](repeating: 0, count: 10)
    for _ in 0..<draws {
      let value = range.drawn(using: &generator)
      #expect(range.values.contains(value))
      let share =
        isLogarithmic ? (log10(value) + 4) / 3 : (value - 1e-4) / (1e-1 - 1e-4)
      counts[min(9, Int(share * 10))] += 1
    }
    let sigma = (Double(draws) * 0.1 * 0.9).squareRoot()
    for count in counts { #expect(abs(Double(count) - Double(draws) * 0.1) < 5 * sigma) }
  }

  @Test("a logarithmic draw is the power that it stands for")
  func powers() throws {
    let range = try #require(TunedRange(name: "x", from: 1, to: 16, isLogarithmic: true))
    for (word, value) in [(0, 1), (1 << 62, 2), (1 << 63, 4), (3 << 62, 8)] as [(UInt64, Double)] {
      var generator = Words([word])
      #expect(range.drawn(using: &generator) == value)
    }
    var generator = Words([.max])
    let value = range.drawn(using: &generator)
    #expect(value > 15.999 && value <= 16)
  }

  @Test("a copied value is multiplied, kept within the range, or drawn again")
  func exploring() throws {
    let range = try #require(TunedRange(name: "x", from: 1, to: 2))
    var generator = RandomStream(seed: 6, domain: .tuning)
    let draws = 40_000
    var (lower, higher, drawn) = (0, 0, 0)
    for _ in 0..<draws {
      switch range.explored(from: 1.5, using: &generator) {
      case 1.5 * 0.8: lower += 1
      case 1.5 * 1.2: higher += 1
      case let value:
        #expect(range.values.contains(value))
        drawn += 1
      }
    }
    for (count, share) in [(lower, 0.375), (higher, 0.375), (drawn, 0.25)] {
      let sigma = (Double(draws) * share * (1 - share)).squareRoot()
      #expect(abs(Double(count) - Double(draws) * share) < 5 * sigma)
    }
    var atEnds: Set<Double> = []
    for _ in 0..<100 {
      atEnds.insert(range.explored(from: 1, using: &generator))
      atEnds.insert(range.explored(from: 2, using: &generator))
    }
    #expect(atEnds.isSuperset(of: [1, 1.2, 1.6, 2]))
    #expect(atEnds.allSatisfy(range.values.contains))
  }

  @Test("each range has numbers of its own, and a missing value is drawn")
  func ranges() throws {
    let ranges = try ["a=0:1", "b=0:1"].map { try #require(TunedRange($0)) }
    let stream = { (place: Int) in RandomStream(seed: 1, domain: .tuning, sample: place) }
    let drawn = ranges.drawn(stream)
    #expect(Set(drawn.keys) == ["a", "b"] && drawn["a"] != drawn["b"])
    #expect(ranges.prefix(1).drawn(stream)["a"] == drawn["a"])
    let explored = ranges.explored(from: ["a": 0.5], stream)
    #expect(explored["b"] == drawn["b"])
    #expect(ranges.explored(from: ["a": 0.5, "c": 3], stream) == explored)
  }
}
