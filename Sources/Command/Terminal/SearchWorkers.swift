import Files
import Foundation
import Search
import Synchronization
import Threads
import Workers

extension WorkerExecutor {
  /// An executor by processes of this program, which show their progress and what they write on the search's display.
  ///
  /// - Parameters:
  ///   - configuration: the settings of the search, with all that its images decide.
  ///   - work: what the images of a segment are counted by.
  ///   - progress: the display.
  /// - Throws: ``SettingsError`` where there is no program to start.
  convenience init(
    _ configuration: SearchConfiguration, work: SearchWork, showingOn progress: ProgressDisplay
  ) throws {
    let launcher = ProcessLauncher(
      command: try Self.command(), devices: configuration.device.devices
    ) { slot, line in progress.note("worker \(slot): \(line)") }
    let meter = ShareMeter()
    self.init(
      launcher: launcher, limits: configuration.workers.limits,
      onProgress: { segment, share in
        progress.advance(meter.images(of: segment, share: share, of: work.images(of: segment)))
      },
      onNote: { progress.note($0) },
      configuration: { slot in
        .network(NetworkWork(search: configuration, device: launcher.device(ofSlot: slot)))
      })
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

/// Makes images that are done of the shares of segments.
private final class ShareMeter: Sendable {
  private let counted = Mutex<[Int: (key: SegmentKey, images: Int)]>([:])

  /// How many more images are done than when it was asked last; fewer where a segment begins again.
  func images(of segment: SegmentRequest, share: Double, of all: Int) -> Int {
    counted.withLock { counted in
      let before = counted[segment.slot].flatMap { $0.key == segment.key ? $0.images : nil } ?? 0
      let images = Int(share * Double(all))
      counted[segment.slot] = (segment.key, images)
      return images - before
    }
  }
}
