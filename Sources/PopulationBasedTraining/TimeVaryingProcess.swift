/// A Gaussian process over points in the unit cube whose function changes with time.
///
/// The covariance of two values is (1 - ε)^(|t - t'| / 2) · exp(-|x - x'|² / (2 · l²)), the kernel of Bogunovic, Scarlett and
/// Cevher, "Time-Varying Gaussian Process Bandit Optimization", 2016. Values are expected to have mean 0 and variance 1, of
/// which a share is noise. Length l, decay ε and noise have few values each; one after the other is set to the one of the
/// highest marginal likelihood.
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
    /// l², in mean squared distances of the cube's points.
    var length = 1.0
    /// ε.
    var forgetting = 0.1
    /// The share of the variance that is noise.
    var noise = 0.5

    static let lengths = [0.25, 1, 4]
    static let forgettings = [0.01, 0.1, 0.4]
    static let noises = [0.2, 0.5, 0.9]
  }

  private let kernel: Kernel
  /// What a squared distance is multiplied by in the exponent.
  private let exponent: Double
  /// (1 - ε)^(n / 2) for each number of steps n, with the share that is no noise.
  private let decays: [Double]
  private var places: PointColumns
  private var times: [Int]
  private var factor: CholeskyFactor
  /// L⁻¹ · y of the observed values.
  private let whitened: [Double]

  /// Fits a process.
  ///
  /// - Parameters:
  ///   - points: where and when it was observed; not empty, all of as many coordinates.
  ///   - values: what was observed there.
  ///   - room: how many points will be added by `expect`.
  package init(points: [Point], values: [Double], room: Int) {
    let dimensions = points.first?.place.count ?? 0
    var places = PointColumns(dimensions: dimensions, capacity: points.count + room)
    var distances: [[Double]] = []
    for point in points {
      distances.append(places.squaredDistances(to: point.place))
      places.append(point.place)
    }
    self.places = places
    let times = points.map(\.time)
    self.times = times
    let longest = (times.max() ?? 0) - (times.min() ?? 0) + 1

    func factor(_ kernel: Kernel, room: Int) -> CholeskyFactor {
      let exponent = Self.exponent(kernel, dimensions)
      let decays = Self.decays(kernel, through: longest)
      var factor = CholeskyFactor(capacity: points.count + room)
      var row: [Double] = []
      for (index, distances) in distances.enumerated() {
        row.removeAll(keepingCapacity: true)
        for (other, distance) in distances.enumerated() {
          row.append(decays[abs(times[index] - times[other])] * exponential(exponent * distance))
        }
        factor.append(row, diagonal: 1)
      }
      return factor
    }
    func likelihood(_ kernel: Kernel) -> Double {
      let factor = factor(kernel, room: 0)
      return -factor.solve(values).reduce(0) { $0 + $1 * $1 } - factor.logDeterminant
    }
    var best = (kernel: Kernel(), likelihood: likelihood(Kernel()))
    func choose(_ parameter: WritableKeyPath<Kernel, Double>, among values: [Double]) {
      let standing = best.kernel
      for value in values where value != standing[keyPath: parameter] {
        var kernel = standing
        kernel[keyPath: parameter] = value
        let likelihood = likelihood(kernel)
        if likelihood > best.likelihood { best = (kernel, likelihood) }
      }
    }
    choose(\.length, among: Kernel.lengths)
    choose(\.noise, among: Kernel.noises)
    choose(\.forgetting, among: Kernel.forgettings)
    kernel = best.kernel
    exponent = Self.exponent(kernel, dimensions)
    decays = Self.decays(kernel, through: longest)
    self.factor = factor(kernel, room: room)
    whitened = self.factor.solve(values)
  }

  /// Two uniform points of the unit cube are a sixth of its dimensions apart, squared.
  private static func exponent(_ kernel: Kernel, _ dimensions: Int) -> Double {
    -3 / (kernel.length * Double(max(1, dimensions)))
  }

  private static func decays(_ kernel: Kernel, through longest: Int) -> [Double] {
    var decays = [1 - kernel.noise]
    let base = (1 - kernel.forgetting).squareRoot()
    while decays.count <= longest { decays.append(decays[decays.count - 1] * base) }
    return decays
  }

  /// Adds a point whose value is not known yet: it changes no mean, and makes its surroundings more certain.
  package mutating func expect(_ point: Point) {
    factor.append(covariances(with: point), diagonal: 1)
    places.append(point.place)
    times.append(point.time)
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
    var covariances = places.squaredDistances(to: point.place)
    for index in covariances.indices {
      let steps = min(abs(times[index] - point.time), decays.count - 1)
      covariances[index] = decays[steps] * exponential(exponent * covariances[index])
    }
    return covariances
  }
}

/// Points coordinate by coordinate, so that distances to all of them are taken at once.
private struct PointColumns {
  private var columns: [Double]
  private let capacity: Int
  private let dimensions: Int
  private var count = 0

  init(dimensions: Int, capacity: Int) {
    columns = [Double](repeating: 0, count: dimensions * capacity)
    self.capacity = capacity
    self.dimensions = dimensions
  }

  mutating func append(_ place: [Double]) {
    for dimension in 0..<dimensions { columns[dimension * capacity + count] = place[dimension] }
    count += 1
  }

  /// The squared distance of each point; the sum of each has the order of the coordinates.
  func squaredDistances(to place: [Double]) -> [Double] {
    var distances = [Double](repeating: 0, count: count)
    columns.withUnsafeBufferPointer { columns in
      distances.withUnsafeMutableBufferPointer { distances in
        for dimension in 0..<dimensions {
          let (start, coordinate) = (dimension * capacity, place[dimension])
          for row in 0..<distances.count {
            let difference = columns[start + row] - coordinate
            distances[row] += difference * difference
          }
        }
      }
    }
    return distances
  }
}
