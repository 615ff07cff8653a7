import Testing
import Text

/// A time is read as it is typed, and written in one way.
@Suite struct TimeSpanTests {
  @Test(arguments: [
    ("1s", 1, "1s"), ("90s", 90, "1m30s"), ("30m", 1800, "30m"), ("3h", 10_800, "3h"),
    ("1h30m", 5400, "1h30m"), ("2d1s", 172_801, "2d1s"), ("0h5m", 300, "5m"), ("3650d", 315_360_000, "3650d"),
  ])
  func aTimeIsRead(text: String, seconds: Int, written: String) throws {
    let span = try #require(TimeSpan(text))
    #expect(span.seconds == seconds)
    #expect(span.description == written)
    #expect(TimeSpan(written) == span)
  }

  @Test(arguments: [
    "", "0s", "30", "m", "-1m", "+1m", "1.5h", "1 h", "1h 30m", "30m1h", "1h1h", "1w", "1H", "3651d",
    "99999999999s", "9999999999d", "１m", "none",
  ])
  func anythingElseIsRefused(text: String) {
    #expect(TimeSpan(text) == nil)
  }

  @Test func secondsHaveBounds() {
    #expect(TimeSpan(seconds: 0) == nil && TimeSpan(seconds: TimeSpan.longest + 1) == nil)
    #expect(TimeSpan(seconds: TimeSpan.longest)?.description == "3650d")
  }
}
