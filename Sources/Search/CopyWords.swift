/// Who copied whom, as in `3←7`, with the epoch from which it continues; of two that were equally good this says so.
package func copyText(_ trial: Int, _ source: Int, epoch: Int?, isBetweenEquals: Bool) -> String {
  "\(trial)←\(source)" + (epoch.map { " at \($0)" } ?? "") + (isBetweenEquals ? " (equal)" : "")
}
