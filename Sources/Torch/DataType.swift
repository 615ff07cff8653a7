import CTorch

/// The element types that networks, labels and checkpoints here use.
public enum DataType: Hashable, Sendable, CaseIterable {
  case uint8, int64, float32, float64, bool, bfloat16

  var handle: ct_dtype {
    switch self {
    case .uint8: CT_UINT8
    case .int64: CT_INT64
    case .float32: CT_FLOAT32
    case .float64: CT_FLOAT64
    case .bool: CT_BOOL
    case .bfloat16: CT_BFLOAT16
    }
  }

  init?(_ handle: ct_dtype) {
    guard let match = Self.allCases.first(where: { $0.handle == handle }) else { return nil }
    self = match
  }

  /// Bytes of one element.
  public var byteCount: Int {
    switch self {
    case .uint8, .bool: 1
    case .bfloat16: 2
    case .float32: 4
    case .int64, .float64: 8
    }
  }
}

/// A Swift number type that is some tensor's element.
public protocol TensorElement: BitwiseCopyable, Sendable {
  /// The element type of a tensor of such elements.
  static var dataType: DataType { get }
}

extension UInt8: TensorElement {
  /// 8 bits without sign.
  public static var dataType: DataType { .uint8 }
}
extension Int64: TensorElement {
  /// 64 bits with sign.
  public static var dataType: DataType { .int64 }
}
extension Float: TensorElement {
  /// Single precision.
  public static var dataType: DataType { .float32 }
}
extension Double: TensorElement {
  /// Double precision.
  public static var dataType: DataType { .float64 }
}
