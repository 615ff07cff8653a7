import Threads
import Torch
import Training

extension Settings {
  /// The cores that the program may use.
  static var cores: Int { CoreCount.usable }

  /// The word for what the machine decides.
  static let automatic = "auto"

  /// The device of a training.
  func resolvedDevice() throws -> Device {
    let name = self.device ?? Self.automatic
    if name == Self.automatic {
      try Runtime.load()
      return Runtime.cudaDeviceCount() > 0 ? .cuda(0) : .cpu
    }
    guard let device = Device(name) else {
      throw SettingsError("\(setting: "device"): found '\(name)', expected auto, cpu, cuda or cuda:N")
    }
    try Runtime.load()
    try Self.requireUsable(device)
    return device
  }

  /// The devices of a search, which may be several.
  func resolvedDevices() throws -> DeviceList {
    guard let name = self.device, name.contains(",") else { return DeviceList(try resolvedDevice()) }
    guard let list = DeviceList(name) else {
      throw SettingsError(
        "\(setting: "device"): found '\(name)', expected different CUDA devices, such as cuda:0,cuda:1")
    }
    try Runtime.load()
    for device in list.devices { try Self.requireUsable(device) }
    return list
  }

  private static func requireUsable(_ device: Device) throws {
    if case .cuda(let index) = device {
      let count = Runtime.cudaDeviceCount()
      guard index < count else {
        throw SettingsError(
          "\(setting: "device"): \(device) is not usable, \(count == 1 ? "1 CUDA device is" : "\(count) CUDA devices are"); see `pba doctor`, or give --device cpu"
        )
      }
    }
  }

  /// The number format on a device.
  func resolvedPrecision(on device: Device) throws -> Precision {
    let name = self.precision ?? Self.automatic
    if name == Self.automatic { return device == .cpu ? .fp32 : .bf16 }
    guard let precision = Precision(rawValue: name) else {
      throw SettingsError("\(setting: "precision"): found '\(name)', expected auto, fp32 or bf16")
    }
    return precision
  }
}
