import Foundation
import RunStore
import TestSupport
import Testing

@Suite struct MetricsFileTests {
  private struct Line: Encodable { let n: Int }

  private let whole = "{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n"

  @Test func restoringRepairsWhateverIsThere() throws {
    let lines = [Line(n: 1), Line(n: 2), Line(n: 3)]
    let tooLong = whole + "{\"n\":4}\n"
    for cut in 0...tooLong.count {
      let folder = try TemporaryFolder()
      try folder.write(String(tooLong.prefix(cut)), to: "metrics.jsonl")
      try MetricsFile(path: folder("metrics.jsonl")).restore(lines)
      #expect(folder.text(of: "metrics.jsonl") == whole)
    }
    let folder = try TemporaryFolder()
    try folder.write("something else entirely", to: "metrics.jsonl")
    try MetricsFile(path: folder("metrics.jsonl")).restore(lines)
    #expect(folder.text(of: "metrics.jsonl") == whole)
  }

  @Test func appendingInPiecesGivesTheSameFile() throws {
    let folder = try TemporaryFolder()
    let file = MetricsFile(path: folder("metrics.jsonl"))
    try file.append([Line(n: 1)])
    try file.append([Line(n: 2), Line(n: 3)])
    #expect(folder.text(of: "metrics.jsonl") == whole)
  }
}
