import Datasets
import Files
import Foundation
import Search
import Threads
import Torch
import Workers

extension WorkerExecutor {
  /// An executor by processes of this program, which show their progress and what they write on the search's display.
  ///
  /// - Parameters:
  ///   - configuration: the settings of the search, with all that its images decide.
  ///   - work: what segments are counted by.
  ///   - progress: the display.
  /// - Throws: ``SettingsError`` if the program of the workers cannot be found.
  convenience init(
    _ configuration: SearchConfiguration, work: SearchWork, showingOn progress: ProgressDisplay
  ) throws {
    let launcher = ProcessLauncher(
      command: try Self.command(), devices: configuration.device.devices
    ) { slot, line in progress.note("worker \(slot): \(line)") }
    self.init(
      configuration, launcher: launcher, device: launcher.device(ofSlot:), work: work, showingOn: progress)
  }

  /// An executor by workers on a cluster, which shows the same.
  ///
  /// - Parameters:
  ///   - configuration: the settings of the search, with all that its images decide.
  ///   - cluster: starts the workers, where it has sent the images that it was given.
  ///   - places: where they train.
  ///   - work: what segments are counted by.
  ///   - progress: the display.
  convenience init(
    _ configuration: SearchConfiguration, on cluster: RayLauncher, _ places: RayPlaces, work: SearchWork,
    showingOn progress: ProgressDisplay
  ) {
    self.init(
      configuration, launcher: cluster, device: { _ in places.device }, images: cluster.images, work: work,
      showingOn: progress)
  }

  private convenience init(
    _ configuration: SearchConfiguration, launcher: any WorkerLauncher,
    device: @escaping @Sendable (_ slot: Int) -> Device, images: PackedImages? = nil, work: SearchWork,
    showingOn progress: ProgressDisplay
  ) {
    let shown = WorkerProgress()
    shown.show(work, on: progress)
    self.init(
      launcher: launcher, limits: configuration.workers.limits,
      onProgress: { shown.take($0, share: $1) },
      onNote: { progress.note($0) },
      configuration: { .network(NetworkWork(search: configuration, device: device($0), images: images)) })
  }

  /// What starts a worker: this program, unless a variable names another.
  private static func command() throws -> [String] {
    if let other = ProcessInfo.processInfo.environment["PBA_WORKER"], !other.isEmpty { return [other] }
    guard let program = programPath else {
      throw SettingsError(
        "\(setting: "workers"): the system does not say where this program is, which workers are started from; leave it out",
        isUsageMistake: false)
    }
    return [program, "worker"]
  }
}
