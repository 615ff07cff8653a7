import Augmentation

/// The near miss of a word as a clause for an error's end, such as ` (did you mean Rotate?)`; empty if there
/// is none.
func nearMissHint(_ word: String, among candidates: [String]) -> String {
  // A word this long is no typing slip, and comparing it would only cost time.
  guard word.utf8.count <= 64, let nearest = nearestName(to: word, among: candidates) else { return "" }
  return " (did you mean \(nearest)?)"
}
