import CPixels

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The instructions of the processor that work on pixels.
///
/// All give the same bits. The best of the machine is taken, unless the environment variable `PBA_SIMD` names another.
public enum InstructionSet: String, Sendable, CaseIterable {
  /// The code in Swift, which is also the reference of the others.
  case plain
  /// 64-bit ARM.
  case neon
  /// x86-64 with AVX2 and FMA.
  case avx2
  /// x86-64 with AVX-512 F, BW, VL and DQ.
  case avx512
  /// x86-64 with AVX-512 F, BW, VL, DQ, VBMI and VNNI.
  case avx512vbmi

  /// The variable of the environment that chooses.
  public static let variable = "PBA_SIMD"

  /// Those that this machine has.
  public static let available = allCases.filter { $0 == .plain || $0.kernels != nil }

  /// The best of this machine.
  public static let best = available.last ?? .plain

  /// The one in use; the best where `PBA_SIMD` is not set or names one that this machine does not have.
  public static let chosen: InstructionSet = {
    guard let named, let found = InstructionSet(rawValue: named), available.contains(found) else {
      return best
    }
    return found
  }()

  /// What is wrong with `PBA_SIMD`, where something is.
  public static var complaint: String? {
    guard let named, InstructionSet(rawValue: named).map(available.contains) != true else { return nil }
    let possible = available.map(\.rawValue).joined(separator: ", ")
    return "\(variable): found '\(named)', expected what this machine has: \(possible)"
  }

  private static var named: String? {
    guard let value = getenv(variable).map({ String(cString: $0) }), !value.isEmpty else { return nil }
    return value
  }

  /// The kernels, nil for the plain code and where the machine does not have the instructions.
  var kernels: PixelKernels? { self == .plain ? nil : cpixels_named(rawValue).map(PixelKernels.init) }
}

/// The kernels of a set of instructions; they live as long as the program and never change.
@dynamicMemberLookup
struct PixelKernels: @unchecked Sendable {
  private let table: UnsafePointer<cpixels_kernels>

  init(_ table: UnsafePointer<cpixels_kernels>) { self.table = table }

  subscript<Kernel>(dynamicMember member: KeyPath<cpixels_kernels, Kernel>) -> Kernel {
    @inline(__always) get { table.pointee[keyPath: member] }
  }

  /// Those in use.
  static let chosen = InstructionSet.chosen.kernels
}
