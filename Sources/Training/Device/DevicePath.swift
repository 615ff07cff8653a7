import Foundation
import Torch

/// How the steps of a training are given to a CUDA device.
public enum DevicePath: String, Sendable, CaseIterable {
  /// Operation by operation, in every step.
  case plain
  /// A step is recorded once, as a CUDA graph, and handed over as a whole from then on.
  case graph

  /// The environment's variable that chooses; without it, steps are recorded where that works.
  public static let variable = "PBA_DEVICE_PATH"

  /// The path that the environment asks for, or the fastest that works here.
  ///
  /// - Throws: ``TrainingError/setting(_:)`` for a word that is no path, and for `graph` where nothing can be recorded.
  public static func chosen(
    _ environment: [String: String] = ProcessInfo.processInfo.environment,
    obstacle: @autoclosure () -> String? = Recording.obstacle
  ) throws -> DevicePath {
    guard let word = environment[variable], !word.isEmpty else { return obstacle() == nil ? .graph : .plain }
    guard let path = DevicePath(rawValue: word) else {
      throw TrainingError.setting(
        "\(variable): found '\(word)', expected \(allCases.map(\.rawValue).joined(separator: " or "))")
    }
    if path == .graph, let obstacle = obstacle() {
      throw TrainingError.setting("\(variable): found '\(word)', but \(obstacle)")
    }
    return path
  }
}
