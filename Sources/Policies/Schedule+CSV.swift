#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension Schedule {
  /// About how many bytes a piece of the text has.
  private static let pieceSize = 1 << 20

  /// Writes the policy of every epoch as comma-separated values, for tables and plots, a piece at a time.
  ///
  /// A line for each epoch, counted from 1, and each entry of its policy, counted from 1 in the order of the policy:
  /// the operation, its probability from 0 to 1, its magnitude from 0 to 9; in a schedule with a search space also the
  /// strength that the magnitude stands for, in the operation's unit. An epoch without entries has no line. So a
  /// long schedule is much longer as text, which never is in memory as a whole.
  public func writeCSV(_ write: (Data) throws -> Void) rethrows {
    // Bytes, as they are much faster to append than those of Data.
    let hasSpace = space != nil
    var piece = Array("epoch,entry,operation,probability,magnitude\(hasSpace ? ",parameter" : "")\n".utf8)
    piece.reserveCapacity(2 * Self.pieceSize)
    var epoch = 0
    for segment in segments {
      let entries = segment.policy.entries.enumerated().map { index, entry in
        let probability = Double(entry.probability) / Double(PolicyEntry.probabilityScale)
        let parameter = hasSpace ? ",\(entry.parameter)" : ""
        return Array(
          ",\(index + 1),\(entry.operation.name),\(probability),\(entry.magnitude)\(parameter)\n".utf8)
      }
      for _ in 0..<segment.epochs {
        epoch += 1
        let number = Array("\(epoch)".utf8)
        for entry in entries {
          piece += number
          piece += entry
        }
        guard piece.count >= Self.pieceSize else { continue }
        try write(Data(piece))
        piece.removeAll(keepingCapacity: true)
      }
    }
    if !piece.isEmpty { try write(Data(piece)) }
  }
}
