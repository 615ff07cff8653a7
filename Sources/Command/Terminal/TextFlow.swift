import Policies
import Text

/// Pieces of text side by side, in as many lines as they need; a piece is not broken.
func flowed(_ pieces: [String], width: Int, gap: String = "   ") -> [String] {
  var lines: [String] = []
  for piece in pieces {
    if let last = lines.last, last.count + gap.count + piece.count <= width {
      lines[lines.count - 1] = last + gap + piece
    } else {
      lines.append(piece)
    }
  }
  return lines
}

/// As many pieces as fit into one line, and how many more there are.
func fitted(_ pieces: [String], width: Int, gap: String = "  ") -> String {
  for count in stride(from: pieces.count, to: 0, by: -1) {
    let more = count < pieces.count ? ["and \(pieces.count - count) more"] : []
    let line = (pieces.prefix(count) + more).joined(separator: gap)
    if line.count <= width { return line }
  }
  return cut(pieces.joined(separator: gap), width)
}

/// A bar that is filled to a share, and the share as a percentage.
func bar(share: Double, width: Int) -> String {
  let length = min(max(width - 7, 4), 60)
  let filled = Int(share * Double(length))
  return String(repeating: "█", count: filled) + String(repeating: "░", count: length - filled)
    + "  \(decimal(share * 100, 0)) %"
}
