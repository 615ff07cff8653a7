import Synchronization

/// Which streams are in use, of those that libtorch lends in turn, whether the last borrower still has them or not.
package final class StreamRegister: Sendable {
  private struct Place: Hashable {
    let device: Device
    let id: Int64
  }

  private let countPerDevice: Int
  /// Locked also while streams are drawn: their turn is kept.
  private let used = Mutex<Set<Place>>([])

  /// A register of devices that have this many streams each.
  package init(countPerDevice: Int) { self.countPerDevice = countPerDevice }

  /// Draws until a stream comes that is not in use, and notes that it is; nil where all are.
  ///
  /// - Parameters:
  ///   - device: the device whose streams are drawn.
  ///   - draw: gives the next stream in turn; called as often as there are streams, at most.
  ///   - id: tells which stream of the device it is.
  ///   - giveBack: takes a stream that is in use.
  /// - Returns: a stream that nothing else uses; nil where all are in use.
  /// - Throws: what `draw` throws.
  package func lend<Stream>(
    of device: Device, draw: () throws -> Stream, id: (Stream) -> Int64, giveBack: (Stream) -> Void
  ) throws -> Stream? {
    var lent: Stream?
    try used.withLock { used in
      for _ in 0..<countPerDevice where lent == nil {
        let stream = try draw()
        if used.insert(Place(device: device, id: id(stream))).inserted {
          lent = stream
        } else {
          giveBack(stream)
        }
      }
    }
    return lent
  }

  /// Notes that a stream is free again.
  package func giveBack(_ id: Int64, of device: Device) {
    _ = used.withLock { $0.remove(Place(device: device, id: id)) }
  }
}
