import Augmentation
import Interop
import Policies
import Testing

@Suite struct PolicyScalarsTests {
  @Test func entriesOfAnOperationAreAveraged() throws {
    let policy = Policy(entries: [
      try PolicyEntry(operation: Operation(named: "Rotate"), probability: 3, magnitude: 9),
      try PolicyEntry(operation: Operation(named: "Invert"), probability: 10, magnitude: 0),
      try PolicyEntry(operation: Operation(named: "Rotate"), probability: 8, magnitude: 4),
    ])
    #expect(
      policy.operationScalars == [
        ScalarPoint.Scalar("policy/probability/Rotate", 0.55),
        ScalarPoint.Scalar("policy/magnitude/Rotate", 6.5),
        ScalarPoint.Scalar("policy/probability/Invert", 1), ScalarPoint.Scalar("policy/magnitude/Invert", 0),
      ])
    #expect(Policy.searchStart.operationScalars.count == 30)
  }
}
