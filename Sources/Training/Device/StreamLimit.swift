import RunStore
import Torch

/// Requires that CUDA devices have a stream for each training that runs at once.
///
/// - Parameters:
///   - atOnce: how many train at once.
///   - device: the setting, as ``Device/list(_:)`` reads it.
/// - Throws: `SettingError` that names the number of streams.
package func requireStreams(for atOnce: Int, device: String) throws {
  let devices = Device.list(device)?.filter { $0 != .cpu } ?? []
  let streams = devices.count * DeviceStream.countPerDevice
  guard devices.isEmpty || atOnce <= streams else {
    throw SettingError("concurrency", found: "\(atOnce)", expected: "at most \(streams) on \(device)")
  }
}
