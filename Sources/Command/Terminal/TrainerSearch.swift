import Files
import Foundation
import RunStore
import Search
import Text
import Threads
import Torch
import Workers

/// A search with a user's trainer.
struct TrainerSearch: PreparedSearch {
  let configuration: TrainerConfiguration
  private let path: String
  private let recorded: TrainerConfiguration?
  private let progress = WorkerProgress()
  private let workers: WorkerExecutor

  /// Starts the first worker, which loads the user's file and makes the class: most mistakes are found by that.
  ///
  /// - Parameters:
  ///   - configuration: the settings that were asked for.
  ///   - path: the folder of the run.
  ///   - recorded: the settings of the run in the folder, which is then resumed.
  ///   - ray: the cluster that it trains on; nil for this machine.
  /// - Throws: what is wrong with Python, with the package in it or with the user's file.
  init(
    _ configuration: TrainerConfiguration, path: String, resuming recorded: TrainerConfiguration?,
    ray: RayPlaces? = nil
  ) throws {
    self.configuration = configuration
    self.path = path
    self.recorded = recorded
    try Self.noteFile(of: configuration, resuming: recorded, in: path)
    let python = try PythonInterpreter()
    try python.requirePackage()
    let launcher: any WorkerLauncher
    let device: @Sendable (_ slot: Int) -> Device
    if let ray {
      launcher = try RayLauncher.connected(to: ray, kind: .trainer, python: python)
      device = { _ in ray.device }
    } else {
      let processes = ProcessLauncher(
        command: [python.path] + PythonInterpreter.worker, devices: configuration.device.devices,
        environment: python.variables, onErrorLine: { printNote("worker \($0): \(printable($1))") })
      launcher = processes
      device = processes.device(ofSlot:)
    }
    workers = WorkerExecutor(
      launcher: launcher, limits: configuration.workers.limits,
      onProgress: { [progress] in progress.take($0, share: $1) },
      onNote: { printNote(printable($0)) }
    ) { .trainer(TrainerWork(configuration, device: device($0))) }
    do {
      // An ended search has nothing to train.
      if try recorded == nil || !RunDirectory.read(path).isFinished { try workers.begin() }
    } catch {
      workers.finish()
      throw error
    }
  }

  var unit: String { "epochs" }
  /// Epochs are counted in thousandths.
  var unitSize: Int { 1000 }
  var work: SearchWork { SearchWork(configuration.rules, unitsPerEpoch: unitSize) }

  func open(stop: StopFlag) throws -> RunDirectory {
    let run = try RunDirectory.open(
      path, configuration: configuration, version: Version.text, resume: recorded != nil)
    noteVersions(of: run)
    if let edit = run.settingsEdit { printNote(edit.description) }
    if try !run.isFinished { try recordFile(in: run) }
    return run
  }

  /// Says which file a resumed search is about to run, and whether it is another than before.
  ///
  /// - Throws: `SettingsError` where the journal names a file within the run's own folder, which may come from somebody else.
  private static func noteFile(
    of configuration: TrainerConfiguration, resuming recorded: TrainerConfiguration?, in path: String
  ) throws {
    guard let recorded else { return }
    let file = printable(configuration.trainer.file)
    if recorded.trainer != configuration.trainer {
      printNote(
        "the trainer is read from \(file) from now on, where it was \(printable(recorded.trainer.file))")
    } else if try configuration.trainer.file.hasPrefix(WorkingFolder.wholePath(path) + "/") {
      throw SettingsError(
        "\(setting: "trainer"): found \(file) in the folder of the run, expected a file elsewhere, since a run's folder may come"
          + " from somebody else; read the file, then name it with \(setting: "trainer")",
        isUsageMistake: false)
    } else {
      printNote("the trainer is \(file)")
    }
    if recorded.trainerDigest != configuration.trainerDigest {
      printNote(
        "\(file) is not as it was when the search was last worked on; what is left to train is trained with the new text"
      )
    }
  }

  /// Records where the trainer's file is and what it holds, so that the next resume knows it.
  private func recordFile(in run: RunDirectory) throws {
    guard let recorded else { return }
    var changed = recorded
    changed.trainer = configuration.trainer
    changed.trainerDigest = configuration.trainerDigest
    if changed != recorded { try run.record(changed) }
  }

  func executor(_ progress: ProgressDisplay) throws -> any SegmentExecutor {
    self.progress.show(work, on: progress)
    return workers
  }

  func finish() { workers.finish() }
}
