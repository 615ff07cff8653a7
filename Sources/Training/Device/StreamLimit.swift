import RunStore
import Torch

/// Throws `SettingError` where more train at once than CUDA devices have streams for, of which each has its own.
package func requireStreams(for atOnce: Int, on list: DeviceList) throws {
  let devices = list.devices.filter { $0 != .cpu }
  let streams = devices.count * DeviceStream.countPerDevice
  guard devices.isEmpty || atOnce <= streams else {
    throw SettingError("concurrency", found: "\(atOnce)", expected: "at most \(streams) on \(list)")
  }
}
