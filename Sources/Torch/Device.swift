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

extension Device: Codable {
  /// Reads a device by its name.
  public init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    let name = try value.decode(String.self)
    guard let device = Device(name) else {
      throw DecodingError.dataCorruptedError(
        in: value, debugDescription: "found '\(name)', expected cpu or cuda:N")
    }
    self = device
  }

  /// Writes the device's name.
  public func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    try value.encode(description)
  }
}
