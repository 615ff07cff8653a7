extension Schedule {
  /// The policy of every epoch as comma-separated values, for tables and plots.
  ///
  /// A line for each epoch, counted from 1, and each entry of its policy, counted from 1 in the order of the policy:
  /// the operation, its probability from 0 to 1, its magnitude from 0 to 9. An epoch without entries has no line.
  public func csv() -> String {
    var lines = ["epoch,entry,operation,probability,magnitude"]
    var epoch = 0
    for segment in segments {
      let entries = segment.policy.entries.enumerated().map { index, entry in
        let probability = Double(entry.probability) / Double(PolicyEntry.probabilityScale)
        return "\(index + 1),\(entry.operation.name),\(probability),\(entry.magnitude)"
      }
      for _ in 0..<segment.epochs {
        epoch += 1
        lines += entries.map { "\(epoch),\($0)" }
      }
    }
    return lines.map { $0 + "\n" }.joined()
  }
}
