import Foundation
import Search
import Text
import Threads
import Torch
import Workers

extension RayLauncher {
  /// Connects to a cluster and says what it has.
  ///
  /// - Parameters:
  ///   - places: where on which cluster.
  ///   - kind: which program a worker is.
  ///   - python: the interpreter that has Ray.
  /// - Returns: the launcher of the workers there.
  /// - Throws: ``RayError``; what cannot be started.
  static func connected(
    to places: RayPlaces, kind: WorkerKind, python: PythonInterpreter
  ) throws -> RayLauncher {
    let launcher = RayLauncher(
      command: [python.path] + places.bridgeArguments, kind: kind, environment: python.variables,
      onErrorLine: { printNote("worker \($0): \(printable($1))") }, onNote: { printNote(printable($0)) })
    do {
      let nodes = try launcher.connect(stop: StopFlag())
      let room = places.room(on: nodes)
      printNote(
        "Ray: \(nodes.words), which hold \(counted(room, "trial")) at once"
          + (room == 0 ? "; the search waits for others" : ""))
    } catch {
      launcher.finish()
      throw error
    }
    return launcher
  }
}

extension Settings {
  /// Has the search train where Ray lets a worker: on the GPU that it is given, or on the processor.
  ///
  /// Throws where a device is named too.
  mutating func train(on places: RayPlaces) throws {
    if let device = self.device {
      throw SettingsError(
        "\(setting: "device"): found '\(printable(device))' together with --ray, where --gpus-per-trial decides; leave it out"
      )
    }
    self.device = "\(places.device)"
  }

  /// Throws where the search with these settings, which a run in a folder was begun with, trains on another kind of device.
  func requireTraining(on places: RayPlaces, in folder: String) throws {
    guard let device = self.device, device != "\(places.device)" else { return }
    let cure =
      device == "\(Device.cuda(0))"
      ? "give --gpus-per-trial too, such as 1"
      : device == "\(Device.cpu)"
        ? "leave out --gpus-per-trial" : "continue it on this machine, without --ray"
    throw SettingsError(
      "--ray: found trials on \(places.device), as \(places.gpus > 0 ? "--gpus-per-trial is given" : "they take no GPU"), but"
        + " the search in \(printable(folder)) was begun on \(printable(device)), and another device may give other results;"
        + " \(cure)")
  }
}
