/// How wide a line of text is at most, in pixels.
///
/// Fonts differ and are not measured; the widths are those of DejaVu Sans, the widest of the fonts that drawings name,
/// in three steps.
public func textWidth(_ text: String, size: Double) -> Double {
  text.unicodeScalars.reduce(0) { sum, scalar in
    switch scalar {
    case "i", "j", "l", "I", ".", ",", ":", ";", "'", "|", "!", " ": sum + 0.36
    case "m", "w", "M", "W", "%", "@", "—", "…", "→", "←": sum + 1
    case "\u{0}"..."\u{24F}", "–", "±", "×": sum + 0.69
    default: sum + 1.1
    }
  } * size
}

/// The text in lines that are no wider than so many pixels, broken at spaces; a word that is wider is cut.
public func wrapped(_ text: String, size: Double, width: Double) -> [String] {
  var lines: [String] = []
  for word in text.split(separator: " ") {
    if let last = lines.last, textWidth("\(last) \(word)", size: size) <= width {
      lines[lines.count - 1] = "\(last) \(word)"
    } else {
      lines.append(fitted(String(word), size: size, width: width))
    }
  }
  return lines
}

/// How many characters may be within so many pixels: as many of the narrowest as there is room for.
private func mostCharacters(size: Double, width: Double) -> Int {
  Int(max(0, width / (textWidth(" ", size: size))).rounded(.up))
}

/// A path or another name, its beginning cut where it would be wider than so many pixels.
public func fittedEnd(_ text: String, size: Double, width: Double) -> String {
  guard textWidth(text, size: size) > width else { return text }
  var short = text.suffix(mostCharacters(size: size, width: width))
  while !short.isEmpty && textWidth("…" + short, size: size) > width { short = short.dropFirst() }
  return "…" + short
}

/// The text, cut and ended with an ellipsis where it would be wider than so many pixels.
public func fitted(_ text: String, size: Double, width: Double) -> String {
  guard textWidth(text, size: size) > width else { return text }
  var short = text.prefix(mostCharacters(size: size, width: width))
  while !short.isEmpty && textWidth(short + "…", size: size) > width { short = short.dropLast() }
  return short + "…"
}
