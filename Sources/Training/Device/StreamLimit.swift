import RunStore
import Torch

/// Requires that CUDA devices have a stream for each training that runs at once.
///
/// - Parameters:
///   - atOnce: how many train at once.
///   - list: the devices.
/// - Throws: `SettingError` that names the number of streams.
package func requireStreams(for atOnce: Int, on list: DeviceList) throws {
  let devices = list.devices.filter { $0 != .cpu }
  let streams = devices.count * DeviceStream.countPerDevice
  guard devices.isEmpty || atOnce <= streams else {
    throw SettingError("concurrency", found: "\(atOnce)", expected: "at most \(streams) on \(list)")
  }
}
