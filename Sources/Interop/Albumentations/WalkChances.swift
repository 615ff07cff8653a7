import Foundation

/// How likely each outcome of PBA's walk through a policy is, where at most two operations are applied.
///
/// The walk draws a count, goes through the entries in random order, lets each fire with its own probability p, and stops
/// when the count is reached. Give each entry a random time in 0...1, at which it is reached: entry i fires first, and at
/// time t, with density p(i) · ∏ (1 − t · p(j)) over the other entries j; and i and j are the first two, the later one at
/// time t, with density 2 · p(i) · p(j) · t · ∏ (1 − t · p(k)) over all others k. Both orders of two are equally likely.
package struct WalkChances {
  /// That nothing is applied.
  package let none: Double
  /// For each entry, that it alone is applied.
  package let single: [Double]
  /// For each pair of entries, that both are applied; the first number is the smaller one.
  package let pairs: [(first: Int, second: Int, chance: Double)]

  /// The chances of entries with these probabilities.
  ///
  /// - Parameters:
  ///   - probabilities: of the entries, each in 0...1.
  ///   - count: the probabilities of applying 0, 1 and 2 operations.
  package init(_ probabilities: [Double], count: (none: Double, one: Double, two: Double)) {
    let nodes = GaussLegendre(exactForDegree: probabilities.count)
    func missed(_ left: Set<Int>, _ time: Double) -> Double {
      probabilities.indices.reduce(1) { left.contains($1) ? $0 : $0 * (1 - time * probabilities[$1]) }
    }
    none = count.none + (count.one + count.two) * missed([], 1)
    single = probabilities.indices.map { entry in
      let first = nodes.integral { missed([entry], $0) }
      return probabilities[entry] * (count.one * first + count.two * missed([entry], 1))
    }
    pairs = probabilities.indices.flatMap { first in
      ((first + 1)..<max(probabilities.count, first + 1)).map { second in
        let both = nodes.integral { $0 * missed([first, second], $0) }
        return (first, second, 2 * count.two * probabilities[first] * probabilities[second] * both)
      }
    }
  }
}

/// Integrals over 0...1 by the rule of Gauss and Legendre, which is exact for polynomials up to a degree.
struct GaussLegendre {
  private let nodes: [(place: Double, weight: Double)]

  /// A rule that is exact for polynomials of at most this degree.
  init(exactForDegree degree: Int) {
    let count = degree / 2 + 1
    nodes = (0..<count).map { index in
      // Newton's method finds the roots of the Legendre polynomial from this well-known beginning.
      var place = cos(Double.pi * (Double(index) + 0.75) / (Double(count) + 0.5))
      var slope = 1.0
      for _ in 0..<100 {
        let (value, derivative) = Self.legendre(count, at: place)
        slope = derivative
        let step = value / derivative
        place -= step
        if abs(step) < 1e-15 { break }
      }
      // From -1...1 to 0...1.
      return ((place + 1) / 2, 1 / ((1 - place * place) * slope * slope))
    }
  }

  /// The Legendre polynomial of a degree and its derivative.
  private static func legendre(_ degree: Int, at x: Double) -> (value: Double, derivative: Double) {
    var (before, value) = (1.0, x)
    for n in stride(from: 2, through: degree, by: 1) {
      (before, value) = (value, (Double(2 * n - 1) * x * value - Double(n - 1) * before) / Double(n))
    }
    return (value, Double(degree) * (x * value - before) / (x * x - 1))
  }

  /// The integral of a function over 0...1.
  func integral(_ function: (Double) -> Double) -> Double {
    nodes.reduce(0) { $0 + $1.weight * function($1.place) }
  }
}
