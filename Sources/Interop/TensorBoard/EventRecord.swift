/// TensorBoard's message `Event` as a record of a file (`tensorboard/compat/proto/event.proto` and `summary.proto`).
package enum EventRecord {
  private enum EventField {
    static let wallTime = 1
    static let step = 2
    static let fileVersion = 3
    static let summary = 5
  }

  private enum ValueField {
    static let tag = 1
    static let simpleValue = 2
  }

  /// `Summary` has one field, the values.
  private static let summaryValue = 1

  /// The first record of every file.
  ///
  /// - Parameter time: seconds since 1970.
  /// - Returns: the framed record with its checksums.
  package static func fileVersion(time: Double) -> [UInt8] {
    var event = ProtobufMessage()
    event.add(EventField.wallTime, time)
    event.add(EventField.fileVersion, "brain.Event:2")
    return RecordFrame.bytes(event.bytes)
  }

  /// The record of a point.
  ///
  /// - Parameters:
  ///   - point: the figures of one step.
  ///   - time: seconds since 1970.
  /// - Returns: the framed record with its checksums.
  package static func scalars(_ point: ScalarPoint, time: Double) -> [UInt8] {
    var summary = ProtobufMessage()
    for scalar in point.scalars {
      var value = ProtobufMessage()
      value.add(ValueField.tag, scalar.tag)
      value.add(ValueField.simpleValue, Float(scalar.value))
      summary.add(summaryValue, value)
    }
    var event = ProtobufMessage()
    event.add(EventField.wallTime, time)
    event.add(EventField.step, Int64(point.step))
    event.add(EventField.summary, summary)
    return RecordFrame.bytes(event.bytes)
  }
}
