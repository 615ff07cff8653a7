import Augmentation
import Foundation
import Images
import Policies
import PopulationBasedTraining
import RunStore
import Search
import TestSupport
import Threads

extension Augmentation.Operation {
  /// Raises the red of every pixel to a least value.
  static let redden = Augmentation.Operation(
    name: "Redden", unit: .level, parameters: 0...255, scale: { Double(25 * $0) }
  ) { image, arguments in
    let least = UInt8(arguments.parameter)
    let pixels = image.pixels.enumerated().map { $0.offset % 4 == 0 ? max($0.element, least) : $0.element }
    return RGBAImage(width: image.width, height: image.height, pixels: pixels)
  }

  /// Takes the data away from one pixel.
  static let pinhole = Augmentation.Operation(name: "Pinhole", unit: .none, usesCenter: true) {
    image, arguments in
    var pixels = image.pixels
    pixels[(arguments.center.y * image.width + arguments.center.x) * 4 + 3] = 0
    return RGBAImage(width: image.width, height: image.height, pixels: pixels)
  }
}

extension SearchSpace {
  /// Two operations of the tests beside one of the program.
  static let own = SearchSpace(operations: [.redden, .rotate, .pinhole], copies: 2)
}

/// Goes on from the best policy that any trial ever had, wherever the copied one stands.
///
/// One number of it is moved by one.
struct BestEver: Explorer {
  /// How long the history was at each decision.
  var lengths = Collected<Int>()

  func explore(
    _ request: Exploration<Policy>, using generator: inout some RandomNumberGenerator
  ) throws -> Policy {
    let history = try request.history()
    lengths.add(history.count)
    let best = history.max { ($0.value ?? -1) < ($1.value ?? -1) }?.segment.hyperparameters ?? request.copied
    let place = generator.boundedInteger(below: best.entries.count)
    return Policy(
      entries: try best.entries.enumerated().map { index, entry in
        guard index == place else { return entry }
        return try PolicyEntry(
          operation: entry.operation, probability: min(entry.probability + 1, 10), magnitude: entry.magnitude)
      })
  }
}

/// Trains nothing: a policy is as good as it reddens often, and a trial remembers what it had before.
struct RednessExecutor: SegmentExecutor {
  func run(_ segment: SegmentRequest, stop: StopFlag) throws -> SegmentOutcome {
    let parent = try segment.parentCheckpoint.map { try String(contentsOfFile: $0, encoding: .utf8) } ?? ""
    let redness = segment.policy.entries.filter { $0.operation == .redden }.reduce(0) { $0 + $1.probability }
    try Data("\(parent)\(segment.epochs): \(redness)\n".utf8).write(
      to: URL(fileURLWithPath: segment.checkpoint))
    // Trials differ a little, so that the first comparison has a best one.
    return .trained(
      SegmentMetrics(
        score: Double(redness) / 40 + Double(segment.trial) / 1000, trainLoss: 1,
        trainAccuracy: 0, seconds: 0))
  }
}

/// Settings of a search that has nothing of the program's own ones.
struct OwnSettings: RunConfiguration {
  var population = 8
  var interval = 1
  var epochs = 12
  var asynchronous = false

  static let kind = RunKind.search
  var settingsWithoutEffect: Set<String> { [] }

  var rules: SearchRules {
    SearchRules(
      population: population, interval: interval, quantile: 0.25, burnIn: 0, asynchronous: asynchronous,
      startOrder: .arrival, epochs: epochs, seed: 11, space: .own)
  }
}
