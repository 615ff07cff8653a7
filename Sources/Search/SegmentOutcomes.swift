import RunStore

extension SegmentRecord {
  /// How the segment ended, also while it is trained again.
  var outcome: SegmentResult? { result ?? lostResult }
}

extension SegmentResult {
  /// The validation accuracy of a segment that was trained to its end.
  var validationAccuracy: Double? {
    if case .done(_, let metrics) = self { metrics.validationAccuracy } else { nil }
  }
}
