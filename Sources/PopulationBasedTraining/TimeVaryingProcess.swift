/// A Gaussian process over points in the unit cube whose function changes with time.
///
/// The covariance of two values is (1 - ε)^(|t - t'| / 2) · exp(-|x - x'|² / (2 · l²)), the kernel of Bogunovic, Scarlett and
/// Cevher, "Time-Varying Gaussian Process Bandit Optimization", 2016. Values are expected to have mean 0 and variance 1, of
/// which a share is noise. Length, decay ε and noise are those of a small grid with the highest marginal likelihood.
package struct TimeVaryingProcess {
  /// What was observed.
  package struct Point {
    /// Coordinates, each from 0 to 1.
    package var place: [Double]
    /// In steps of time.
    package var time: Int

    /// A point from its parts.
    package init(place: [Double], time: Int) {
      self.place = place
      self.time = time
    }
  }

  private struct Kernel {
    /// l².
    var squaredLength: Double
    /// (1 - ε)^(n / 2) for each number of steps n.
    var decays: [Double]
    /// The share of the variance that is noise.
    var noise: Double

    func covariance(squaredDistance: Double, steps: Int) -> Double {
      (1 - noise) * decays[min(steps, decays.count - 1)] * exponential(-squaredDistance / (2 * squaredLength))
    }
  }

  /// The shares of a cube's mean squared distance that are tried as l².
  private static let lengths = [0.25, 1.0, 4.0]
  /// The values of ε that are tried.
  private static let forgettings = [0.01, 0.1, 0.4]
  /// The shares of noise that are tried.
  private static let noises = [0.2, 0.5, 0.9]

  private let kernel: Kernel
  private var points: [Point]
  private var factor: CholeskyFactor
  /// L⁻¹ · y of the observed values.
  private let whitened: [Double]

  /// Fits a process.
  ///
  /// - Parameters:
  ///   - points: where and when it was observed; not empty.
  ///   - values: what was observed there.
  ///   - room: how many points will be added by `expect`.
  package init(points: [Point], values: [Double], room: Int) {
    self.points = points
    let distances = points.indices.map { row in
      (0..<row).map { squaredDistance(points[row].place, points[$0].place) }
    }
    let kernels = Self.kernels(of: points)
    func factor(_ kernel: Kernel, room: Int) -> CholeskyFactor {
      var factor = CholeskyFactor(capacity: points.count + room)
      for row in points.indices {
        let covariances = distances[row].enumerated().map { column, distance in
          kernel.covariance(squaredDistance: distance, steps: abs(points[row].time - points[column].time))
        }
        factor.append(covariances, diagonal: 1)
      }
      return factor
    }
    let likelihoods = kernels.map { kernel in
      let factor = factor(kernel, room: 0)
      return -factor.solve(values).reduce(0) { $0 + $1 * $1 } - factor.logDeterminant
    }
    let best = likelihoods.indices.max { likelihoods[$0] < likelihoods[$1] } ?? 0
    kernel = kernels[best]
    self.factor = factor(kernel, room: room)
    whitened = self.factor.solve(values)
  }

  /// All kernels that are tried.
  private static func kernels(of points: [Point]) -> [Kernel] {
    // Two uniform points of a unit cube are a sixth of its dimensions apart, squared.
    let scale = max(1, Double(points.first?.place.count ?? 1)) / 6
    let times = points.map(\.time)
    let longest = (times.max() ?? 0) - (times.min() ?? 0)
    return forgettings.flatMap { forgetting in
      let decays = powers(of: (1 - forgetting).squareRoot(), through: longest + 1)
      return lengths.flatMap { length in
        noises.map { Kernel(squaredLength: length * scale, decays: decays, noise: $0) }
      }
    }
  }

  /// Adds a point whose value is not known yet: it changes no mean, and makes its surroundings more certain.
  package mutating func expect(_ point: Point) {
    factor.append(covariances(with: point), diagonal: 1)
    points.append(point)
  }

  /// Mean and standard deviation of the function at a point, without noise.
  package func prediction(at point: Point) -> (mean: Double, deviation: Double) {
    let solved = factor.solve(covariances(with: point))
    var (mean, variance) = (0.0, 1 - kernel.noise)
    for (row, value) in solved.enumerated() {
      if row < whitened.count { mean += value * whitened[row] }
      variance -= value * value
    }
    return (mean, max(0, variance).squareRoot())
  }

  private func covariances(with point: Point) -> [Double] {
    points.map {
      kernel.covariance(
        squaredDistance: squaredDistance($0.place, point.place), steps: abs($0.time - point.time))
    }
  }
}

private func squaredDistance(_ left: [Double], _ right: [Double]) -> Double {
  var sum = 0.0
  for (a, b) in zip(left, right) { sum += (a - b) * (a - b) }
  return sum
}

/// The powers 0, 1, 2, … of a number.
private func powers(of base: Double, through last: Int) -> [Double] {
  var powers = [1.0]
  while powers.count <= last { powers.append(powers[powers.count - 1] * base) }
  return powers
}
