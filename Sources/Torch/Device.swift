import CTorch

/// Where a tensor lives and is computed.
public enum Device: Hashable, Sendable, CustomStringConvertible {
  /// The processor.
  case cpu
  /// A CUDA device by its number, from 0.
  case cuda(Int)

  /// Reads `cpu`, `cuda` or `cuda:N`; nil for anything else.
  public init?(_ name: String) {
    switch name {
    case "cpu": self = .cpu
    case "cuda": self = .cuda(0)
    default:
      guard name.hasPrefix("cuda:"), let index = Int(name.dropFirst(5)), (0..<128).contains(index) else {
        return nil
      }
      self = .cuda(index)
    }
  }

  /// The name that `init(_:)` reads.
  public var description: String {
    switch self {
    case .cpu: "cpu"
    case .cuda(let index): "cuda:\(index)"
    }
  }

  /// Reads one device, or several of CUDA as `cuda:0,cuda:1`; nil for anything else and where one is named twice.
  public static func list(_ names: String) -> [Device]? {
    let devices = names.split(separator: ",", omittingEmptySubsequences: false).compactMap {
      Device(String($0))
    }
    guard devices.count == names.count(where: { $0 == "," }) + 1, Set(devices).count == devices.count,
      devices.count == 1 || !devices.contains(.cpu)
    else { return nil }
    return devices
  }

  var handle: ct_device {
    switch self {
    case .cpu: ct_device(index: -1)
    case .cuda(let index): ct_device(index: Int32(index))
    }
  }

  init(_ handle: ct_device) {
    self = handle.index < 0 ? .cpu : .cuda(Int(handle.index))
  }
}
