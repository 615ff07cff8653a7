import Testing
import Training

@Suite struct ConfusionMatrixTests {
  private func matrix() -> ConfusionMatrix {
    var matrix = ConfusionMatrix(classNames: ["cat", "a, \"b\"", "none"])
    for (label, prediction, count) in [(0, 0, 3), (0, 1, 1), (1, 2, 2)] {
      for _ in 0..<count { matrix.add(label: label, prediction: prediction) }
    }
    return matrix
  }

  @Test func countsByClass() {
    let matrix = matrix()
    #expect((0..<3).map(matrix.images(ofClass:)) == [4, 2, 0])
    #expect((0..<3).map(matrix.correct(inClass:)) == [3, 0, 0])
    #expect((0..<3).map(matrix.accuracy(ofClass:)) == [0.75, 0, nil])
    #expect(matrix.accuracy == 0.5)
    #expect(ConfusionMatrix(classNames: ["a"]).accuracy == nil)
  }

  @Test func isWrittenAsLinesOfCommaSeparatedValues() {
    var lines: [String] = []
    matrix().writeCSV { lines.append($0) }
    #expect(
      lines == [
        #"true class,cat,"a, ""b""",none"#, "cat,3,1,0", #""a, ""b""",0,0,2"#, "none,0,0,0",
      ])
  }
}
