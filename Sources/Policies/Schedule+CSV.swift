import Foundation

extension Schedule {
  /// About how many bytes a piece of the text has.
  private static let pieceSize = 1 << 20

  /// Writes the policy of every epoch as comma-separated values, for tables and plots, a piece at a time.
  ///
  /// A line for each epoch, counted from 1, and each entry of its policy, counted from 1 in the order of the policy:
  /// the operation, its probability from 0 to 1, its magnitude from 0 to 9. An epoch without entries has no line. So a
  /// long schedule is much longer as text, which never is in memory as a whole.
  public func writeCSV(_ write: (Data) throws -> Void) rethrows {
    var piece = Data("epoch,entry,operation,probability,magnitude\n".utf8)
    piece.reserveCapacity(2 * Self.pieceSize)
    var epoch = 0
    for segment in segments {
      let entries = segment.policy.entries.enumerated().map { index, entry in
        let probability = Double(entry.probability) / Double(PolicyEntry.probabilityScale)
        return Data(",\(index + 1),\(entry.operation.name),\(probability),\(entry.magnitude)\n".utf8)
      }
      for _ in 0..<segment.epochs {
        epoch += 1
        let number = Data("\(epoch)".utf8)
        for entry in entries {
          piece.append(number)
          piece.append(entry)
        }
        guard piece.count >= Self.pieceSize else { continue }
        try write(piece)
        piece.removeAll(keepingCapacity: true)
      }
    }
    if !piece.isEmpty { try write(piece) }
  }
}
