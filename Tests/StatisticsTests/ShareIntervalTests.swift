import Statistics
import Testing

@Suite struct ShareIntervalTests {
  private func expect(_ share: Double, _ count: Int, _ low: Double, _ high: Double) throws {
    let interval = try #require(ShareInterval(share, of: count))
    #expect(abs(interval.low - low) < 5e-5, "\(interval)")
    #expect(abs(interval.high - high) < 5e-5, "\(interval)")
  }

  /// Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17, 1998, table I.
  @Test func intervalsAreThoseOfTheLiterature() throws {
    try expect(81 / 263, 263, 0.2553, 0.3662)
    try expect(15 / 148, 148, 0.0624, 0.1605)
    try expect(0, 20, 0, 0.1611)
    try expect(1 / 29, 29, 0.0061, 0.1718)
  }

  @Test func ofNothingThereIsNoInterval() {
    #expect(ShareInterval(0.5, of: 0) == nil)
    #expect(ShareInterval(.nan, of: 10) == nil)
    #expect((ShareInterval(1, of: 10)?.high).map { abs($0 - 1) < 1e-9 && $0 <= 1 } == true)
  }
}
