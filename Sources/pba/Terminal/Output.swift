import Files
import Foundation

/// Writes a line to standard output: results, which programs may read.
func printResult(_ text: String) {
  writeResult(Data((text + "\n").utf8))
}

/// Writes bytes to standard output; where that is full or gone, the program ends with a line that says so.
func writeResult(_ data: Data) {
  do {
    try FileHandle.standardOutput.write(contentsOf: data)
  } catch {
    printNote("Error: standard output cannot be written: \(systemReason(of: error))")
    exit(1)
  }
}

/// Writes a value as JSON to standard output.
func printJSON(_ value: some Encodable) throws {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
  printResult(String(decoding: try encoder.encode(value), as: UTF8.self))
}

/// A share as a percentage with two decimals.
func percent(_ share: Double) -> String {
  decimal(share * 100, 2) + " %"
}

/// A number with a fixed count of decimals.
func decimal(_ value: Double, _ decimals: Int) -> String {
  String(format: "%.\(decimals)f", value)
}

/// A time span as people say it: `42 s`, `3 min 5 s`, `2 h 10 min`.
func duration(_ seconds: Double) -> String {
  // Beyond this no number of seconds means anything to anybody, and a whole number could not hold it.
  guard seconds < 1e15 else { return "for ever" }
  let whole = Int(max(seconds, 0).rounded())
  if whole < 60 { return "\(whole) s" }
  if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
  return "\(whole / 3600) h \(whole % 3600 / 60) min"
}

/// Text padded with spaces on the right to a width.
func padded(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}
