import Augmentation
import Foundation
import PopulationBasedTraining
import Testing

@Suite("Functions and factors that are exact to the bit")
struct ExactFunctionsTests {
  @Test("powers of e are those of the C library to 16 digits")
  func powers() {
    var random = RandomStream(seed: 1, domain: .preview)
    for _ in 0..<10_000 {
      let x = 800 * random.uniform() - 400
      #expect(abs(exponential(x) / exp(x) - 1) < 1e-15, "\(x)")
    }
    #expect(exponential(0) == 1)
    #expect(exponential(-701) == 0 && exponential(-.infinity) == 0)
    #expect(exponential(701) == .infinity)
    #expect(exponential(.nan).isNaN || exponential(.nan) == 0)
  }

  @Test("logarithms too")
  func logarithms() {
    var random = RandomStream(seed: 2, domain: .preview)
    for _ in 0..<10_000 {
      let x = exp(800 * random.uniform() - 400)
      #expect(abs(logarithm(x) - log(x)) <= 1e-15 * max(1, abs(log(x))), "\(x)")
    }
    #expect(logarithm(1) == 0)
  }

  @Test("bits are those of every machine")
  func bits() {
    let powers: [(Double, UInt64)] = [
      (-0.001, 0x3fef_f7cf_e56f_1a9e), (-0.3, 0x3fe7_b4c8_69c3_7c05), (-1.25, 0x3fd2_5618_372a_584f),
      (-7.5, 0x3f42_1f9b_a40f_31d5), (1, 0x4005_bf0a_8b14_576a),
    ]
    for (x, bits) in powers { #expect(exponential(x).bitPattern == bits, "\(x)") }
    let logarithms: [(Double, UInt64)] = [
      (0.4, 0xbfed_5240_f0e0_e077), (2, 0x3fe6_2e42_fefa_39ef), (51.2, 0x400f_7c65_01fd_ad45),
    ]
    for (x, bits) in logarithms { #expect(logarithm(x).bitPattern == bits, "\(x)") }
  }

  @Test("a factor solves what it was made of", arguments: [1, 2, 7, 40])
  func factor(size: Int) {
    var random = RandomStream(seed: UInt64(size), domain: .preview)
    // A = B · Bᵀ + I is positive definite.
    let roots = (0..<size).map { _ in (0..<size).map { _ in random.uniform() - 0.5 } }
    let matrix = (0..<size).map { row in
      (0..<size).map { column in
        zip(roots[row], roots[column]).reduce(row == column ? 1 : 0) { $0 + $1.0 * $1.1 }
      }
    }
    var factor = CholeskyFactor(capacity: size)
    var lower = [[Double]](repeating: [Double](repeating: 0, count: size), count: size)
    for row in 0..<size {
      // What L⁻¹ makes of a row is the row of L.
      let solved = factor.solve(Array(matrix[row][0..<row]))
      lower[row].replaceSubrange(0..<row, with: solved)
      lower[row][row] = (matrix[row][row] - solved.reduce(0) { $0 + $1 * $1 }).squareRoot()
      factor.append(Array(matrix[row][0..<row]), diagonal: matrix[row][row])
    }
    #expect(factor.count == size)
    for row in 0..<size {
      for column in 0..<size {
        let product = (0..<size).reduce(0) { $0 + lower[row][$1] * lower[column][$1] }
        #expect(abs(product - matrix[row][column]) < 1e-12)
      }
    }
    let right = (0..<size).map { _ in random.uniform() }
    let solution = factor.solve(right)
    for row in 0..<size {
      #expect(abs((0...row).reduce(0) { $0 + lower[row][$1] * solution[$1] } - right[row]) < 1e-12)
    }
    let logs = (0..<size).reduce(0) { $0 + 2 * log(lower[$1][$1]) }
    #expect(abs(factor.logDeterminant - logs) < 1e-12)
  }

  @Test("a matrix that is singular up to rounding gives numbers")
  func singular() {
    var factor = CholeskyFactor(capacity: 3)
    for row in 0..<3 { factor.append([Double](repeating: 1, count: row), diagonal: 1) }
    #expect(factor.solve([1, 1, 1]).filter(\.isFinite).count == 3)
    #expect(factor.logDeterminant.isFinite)
  }
}
