import Torch

/// Where a trainer hands its work: done in the order in which it is handed over, later, while the trainer continues.
///
/// A trainer of the CPU has none and computes as it goes. ``CUDAQueue`` is a stream of a CUDA device.
package protocol DeviceQueue: AnyObject {
  /// Where the tensors are that the work is about.
  var device: Device { get }
  /// Whether work can be recorded.
  var canRecord: Bool { get }
  /// Runs `body` with this queue as the place that its work goes to.
  func use<Result>(_ body: () throws -> Result) throws -> Result
  /// Memory of the host that the device reads by itself.
  func hostTensor(_ shape: [Int], _ type: DataType, channelsLast: Bool) throws -> Tensor
  /// Hands over a copy of host memory, which must then stay as it is until a later mark is reached.
  func copy(_ host: Tensor, to tensor: Tensor) throws
  /// Hands over operations on tensors; they must not wait for the device or read a number of it.
  func perform(_ work: @escaping () throws -> Void) throws
  /// A mark after everything that was handed over so far.
  func mark() throws -> any DeviceMark
  /// Records operations without doing them.
  func record(_ work: @escaping () throws -> Void) throws -> any RecordedWork
  /// Hands over recorded operations.
  func replay(_ work: any RecordedWork) throws
  /// Returns when everything is done.
  func synchronize() throws
}

/// A place in a queue.
package protocol DeviceMark {
  /// Returns when all before it is done.
  func wait() throws
}

/// Operations that a queue has recorded.
package protocol RecordedWork {}

/// A stream of a CUDA device as a trainer's queue.
package final class CUDAQueue: DeviceQueue {
  package let canRecord: Bool
  private let stream: DeviceStream

  /// Done once, by the first queue: it holds for the process.
  private static let reproducibleConvolutions = Result { try Runtime.setDeterministicConvolutions(true) }

  /// A stream on a CUDA device; without a path, the one that ``DevicePath/chosen(_:obstacle:)`` gives.
  ///
  /// From then on all convolutions of the process on CUDA devices are those whose results are reproducible.
  package init(on device: Device, path: DevicePath? = nil) throws {
    try Self.reproducibleConvolutions.get()
    stream = try DeviceStream(on: device)
    canRecord = try path ?? .chosen() == .graph
  }

  package var device: Device { stream.device }

  package func use<Result>(_ body: () throws -> Result) throws -> Result { try stream.use(body) }

  package func hostTensor(_ shape: [Int], _ type: DataType, channelsLast: Bool) throws -> Tensor {
    try Tensor.pinned(shape, type, channelsLast: channelsLast)
  }

  package func copy(_ host: Tensor, to tensor: Tensor) throws { try tensor.copyWithoutWaiting(from: host) }

  package func perform(_ work: @escaping () throws -> Void) throws { try work() }

  package func mark() throws -> any DeviceMark { try stream.mark() }

  package func record(_ work: @escaping () throws -> Void) throws -> any RecordedWork { try Recording(work) }

  package func replay(_ work: any RecordedWork) throws {
    guard let recording = work as? Recording else {
      throw TorchError("what was recorded elsewhere cannot be replayed on \(device)")
    }
    try recording.replay()
  }

  package func synchronize() throws { try stream.synchronize() }
}

extension DeviceEvent: DeviceMark {}
extension Recording: RecordedWork {}
