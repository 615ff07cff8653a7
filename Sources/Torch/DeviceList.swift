/// The devices of a search: one, or several of CUDA.
public struct DeviceList: Hashable, Sendable, CustomStringConvertible {
  /// At least one, each once.
  public let devices: [Device]

  /// One device.
  public init(_ device: Device) { devices = [device] }

  /// Reads one device, or several of CUDA as `cuda:0,cuda:1`; nil for anything else and where one is named twice.
  public init?(_ names: String) {
    let parts = names.split(separator: ",", omittingEmptySubsequences: false)
    devices = parts.compactMap { Device(String($0)) }
    guard devices.count == parts.count, Set(devices).count == devices.count,
      devices.count == 1 || !devices.contains(.cpu)
    else { return nil }
  }

  /// The names that `init(_:)` reads.
  public var description: String { devices.map(\.description).joined(separator: ",") }

  /// The CPU alone.
  public static let cpu = DeviceList(Device.cpu)
}

extension DeviceList: Codable {
  /// Reads devices by their names.
  public init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    let names = try value.decode(String.self)
    guard let list = DeviceList(names) else {
      throw DecodingError.dataCorruptedError(
        in: value, debugDescription: "found '\(names)', expected cpu, cuda:N, or several as cuda:0,cuda:1")
    }
    self = list
  }

  /// Writes the devices' names.
  public func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    try value.encode(description)
  }
}
