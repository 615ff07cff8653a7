extension Schedule {
  /// The same policies spread over another number of epochs.
  ///
  /// With m the ratio of the two lengths, each segment takes its length times m, truncated, and the last
  /// policy fills what is left. Segments that come to no epoch vanish. This is the rule of the published PBA
  /// code, so a schedule of 200 epochs plays over 1800 as in its experiments. The original length is noted in
  /// the provenance.
  ///
  /// - Throws: `PolicyError` if `epochs` is not between 1 and `longest`.
  public func stretched(to epochs: Int) throws(PolicyError) -> Schedule {
    let target = try JSONField(.integer(epochs), at: "epochs").integer(in: 1...Self.longest)
    guard target != self.epochs else { return self }
    let multiplier = Double(target) / Double(self.epochs)
    var lengths = segments.map { Int(Double($0.epochs) * multiplier) }
    lengths[lengths.count - 1] += target - lengths.reduce(0, +)
    let stretched = zip(segments, lengths).filter { $0.1 > 0 }
      .map { Segment(epochs: $0.1, policy: $0.0.policy) }
    let original = provenance["stretchedFrom"] ?? .integer(self.epochs)
    return try replacing(
      segments: stretched, provenance: provenance.merging(["stretchedFrom": original]) { _, new in new })
  }
}
