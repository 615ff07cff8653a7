/// Returns the name most similar to a misspelt one, or nil where none is similar enough to suggest.
///
/// Similar means: at most a third of the letters (and at least two) inserted, removed or replaced; case is ignored.
package func nearestName(to misspelt: String, among names: [String]) -> String? {
  let distances = names.map { editDistance(misspelt, $0) }
  guard let best = distances.indices.min(by: { distances[$0] < distances[$1] }) else { return nil }
  return distances[best] <= max(2, misspelt.count / 3) ? names[best] : nil
}

/// Returns how many letters have to be inserted, removed or replaced to make one word of another; case is ignored.
package func editDistance(_ first: String, _ second: String) -> Int {
  let (first, second) = (Array(first.lowercased()), Array(second.lowercased()))
  var previous = Array(0...second.count)
  for (row, letter) in first.enumerated() {
    var current = [row + 1]
    for (column, other) in second.enumerated() {
      let replaced = previous[column] + (letter == other ? 0 : 1)
      current.append(min(replaced, previous[column + 1] + 1, current[column] + 1))
    }
    previous = current
  }
  return previous[second.count]
}

/// The near miss of a word as a clause for an error's end, such as ` (did you mean Rotate?)`; empty if there
/// is none.
package func nearMissHint(_ word: String, among candidates: [String]) -> String {
  // A word this long is no typing slip, and comparing it would only cost time.
  guard word.utf8.count <= 64, let nearest = nearestName(to: word, among: candidates) else { return "" }
  return " (did you mean \(nearest)?)"
}
