import ArgumentParser

/// Refuses a number outside of a range, in the words of the other commands.
public func require(_ option: String, _ value: Int, in range: ClosedRange<Int>) throws {
  guard range.contains(value) else {
    throw ValidationError(
      "--\(option): found \(value), expected \(range.lowerBound) to \(range.upperBound)")
  }
}
