import Augmentation
import Images
import Interop
import Policies
import Testing

@Suite("The chances of PBA's walk")
struct WalkChancesTests {
  @Test("of one entry and of two they are those of paper and pencil")
  func small() {
    let one = WalkChances([0.4], count: (0.2, 0.3, 0.5))
    #expect(abs(one.none - (0.2 + 0.8 * 0.6)) < 1e-12)
    #expect(abs(one.single[0] - 0.8 * 0.4) < 1e-12)
    #expect(one.pairs.isEmpty)
    let two = WalkChances([0.4, 1], count: (0.2, 0.3, 0.5))
    #expect(abs(two.none - 0.2) < 1e-12)
    // The first one comes first in half of the orders.
    #expect(abs(two.single[0] - 0.3 * 0.2) < 1e-12)
    #expect(abs(two.single[1] - (0.3 * 0.8 + 0.5 * 0.6)) < 1e-12)
    #expect(two.pairs.count == 1 && abs(two.pairs[0].chance - 0.5 * 0.4) < 1e-12)
    let none = WalkChances([], count: (0.2, 0.3, 0.5))
    #expect(abs(none.none - 1) < 1e-12 && none.single.isEmpty && none.pairs.isEmpty)
  }

  @Test("of any policy they sum to 1", arguments: [1, 2, 3, 7, 30, 60])
  func sums(entries: Int) {
    let probabilities = (0..<entries).map { Double(($0 * 7 + 3) % 11) / 10 }
    let chances = WalkChances(probabilities, count: (0.2, 0.3, 0.5))
    let sum = chances.none + chances.single.reduce(0, +) + chances.pairs.reduce(0) { $0 + $1.chance }
    #expect(abs(sum - 1) < 1e-12)
    #expect(chances.single.allSatisfy { $0 >= 0 } && chances.pairs.allSatisfy { $0.chance >= 0 })
    #expect(chances.pairs.count == entries * (entries - 1) / 2)
  }

  @Test("they are those of the program's own draws")
  func draws() throws {
    let operations: [Augmentation.Operation] = [
      .invert, .equalize, .autoContrast, .posterize, .solarize, .color,
    ]
    let tenths = [3, 10, 1, 5, 7, 2]
    let policy = Policy(
      entries: try zip(operations, tenths).map {
        try PolicyEntry(operation: $0, probability: $1, magnitude: 5)
      })
    let chances = WalkChances(tenths.map { Double($0) / 10 }, count: (0.2, 0.3, 0.5))
    let count = 20_000
    let images = ImageStack(
      count: count, height: 1, width: 2, pixels: [UInt8](repeating: 90, count: count * 6))
    let augmenter = BatchAugmenter(
      program: policy.program(),
      tail: BatchTail(
        cropPadding: 0, flip: false, cutout: 0, mean: [0, 0, 0], standardDeviation: [1, 1, 1],
        layout: .nhwc), seed: 4, trial: 0)
    var found: [[Int]: Int] = [:]
    for sample in 0..<count {
      let applied = augmenter.preview(sample: sample, of: images, epoch: 0).applied
      let places = applied.compactMap { applied in operations.firstIndex(of: applied.operation) }
      found[places.sorted(), default: 0] += 1
    }
    var expected: [[Int]: Double] = [[]: chances.none]
    for (place, chance) in chances.single.enumerated() { expected[[place]] = chance }
    for pair in chances.pairs { expected[[pair.first, pair.second]] = pair.chance }
    var chiSquare = 0.0
    for (outcome, chance) in expected where chance > 0 {
      let distance = Double(found[outcome] ?? 0) - Double(count) * chance
      chiSquare += distance * distance / (Double(count) * chance)
    }
    let freedom = Double(expected.count - 1)
    #expect(chiSquare < freedom + 5 * (2 * freedom).squareRoot(), "chi-square \(chiSquare) of \(freedom)")
    #expect(Set(found.keys).isSubset(of: Set(expected.keys)))
  }
}
