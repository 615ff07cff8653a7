import Torch
import Training

/// A device that is as late as it may be: what is handed to it is done, by the CPU, only when somebody waits for it.
///
/// So whoever writes memory too early, or reads it too early, gets other numbers than a trainer that does not.
final class LateQueue: DeviceQueue {
  /// What was asked of the device, in order.
  enum Event: Equatable {
    case hostMemory, copy, work, mark, wait, record, replay, synchronize
  }

  private(set) var events: [Event] = []
  /// How often something was asked outside of ``use(_:)``, where a real device's work would go astray.
  private(set) var strays = 0
  let canRecord: Bool
  let device = Device.cpu
  /// With false, marks are said to be reached when they are not.
  private let marksHold: Bool
  private var users = 0
  private var pending: [() throws -> Void] = []
  private var handedOver = 0

  init(canRecord: Bool = true, marksHold: Bool = true) {
    self.canRecord = canRecord
    self.marksHold = marksHold
  }

  func forgetEvents() { events = [] }

  func count(_ event: Event) -> Int { events.count { $0 == event } }

  func use<Result>(_ body: () throws -> Result) throws -> Result {
    users += 1
    defer { users -= 1 }
    return try body()
  }

  func hostTensor(_ shape: [Int], _ type: DataType, channelsLast: Bool) throws -> Tensor {
    note(.hostMemory)
    return try Tensor.empty(shape, type, channelsLast: channelsLast)
  }

  func copy(_ host: Tensor, to tensor: Tensor) throws {
    note(.copy)
    handOver { try tensor.copy(from: host) }
  }

  func perform(_ work: @escaping () throws -> Void) throws {
    note(.work)
    handOver(work)
  }

  func mark() throws -> any DeviceMark {
    note(.mark)
    return Mark(queue: self, place: handedOver)
  }

  func record(_ work: @escaping () throws -> Void) throws -> any RecordedWork {
    note(.record)
    return Work(body: work)
  }

  func replay(_ work: any RecordedWork) throws {
    note(.replay)
    guard let work = work as? Work else { throw TorchError("not recorded here") }
    handOver(work.body)
  }

  func synchronize() throws {
    events.append(.synchronize)
    try work(until: handedOver)
  }

  private func note(_ event: Event) {
    events.append(event)
    if users == 0 { strays += 1 }
  }

  private func handOver(_ work: @escaping () throws -> Void) {
    pending.append(work)
    handedOver += 1
  }

  private func work(until place: Int) throws {
    while !pending.isEmpty, handedOver - pending.count < place { try pending.removeFirst()() }
  }

  private struct Work: RecordedWork {
    let body: () throws -> Void
  }

  private struct Mark: DeviceMark {
    let queue: LateQueue
    let place: Int

    func wait() throws {
      queue.events.append(.wait)
      if queue.marksHold { try queue.work(until: place) }
    }
  }
}
