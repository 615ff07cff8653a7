import RunStore
import Torch

/// Throws `SettingError` where more train at once than CUDA devices have streams for, of which each has its own.
///
/// - Parameter device: the setting, as ``Device/list(_:)`` reads it.
package func requireStreams(for atOnce: Int, device: String) throws {
  let devices = Device.list(device)?.filter { $0 != .cpu } ?? []
  let streams = devices.count * DeviceStream.countPerDevice
  guard devices.isEmpty || atOnce <= streams else {
    throw SettingError("concurrency", found: "\(atOnce)", expected: "at most \(streams) on \(device)")
  }
}
