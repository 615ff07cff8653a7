import Testing
import Text

@Suite("Numbers in words")
struct NumberTests {
  @Test("have a fixed count of decimals, correctly rounded")
  func decimals() {
    for (value, decimals, text) in [
      (0, 0, "0"), (0.5, 0, "0"), (1.5, 0, "2"), (2.675, 2, "2.67"), (-0.125, 2, "-0.12"), (1e3, 1, "1000.0"),
      (0.1 + 0.2, 17, "0.30000000000000004"), (.infinity, 2, "inf"), (-0.0, 1, "-0.0"),
    ] {
      #expect(decimal(value, decimals) == text)
    }
    // The longest there is.
    #expect(decimal(-.greatestFiniteMagnitude, 3).count == 1 + 309 + 1 + 3)
  }

  @Test("have a count of digits")
  func significantDigits() {
    for (value, digits, text) in [
      (0.1, 4, "0.1"), (0.012_345_6, 4, "0.01235"), (1e-7, 4, "1e-07"), (0, 4, "0"),
      (123_456, 4, "1.235e+05"),
    ] {
      #expect(significant(value, digits) == text)
    }
  }

  @Test("are shares in percent with two decimals")
  func shares() {
    #expect(percent(1.0 / 3) == "33.33 %")
    #expect(percent(1) == "100.00 %")
    #expect(percent(0) == "0.00 %")
  }

  @Test("are time spans in the two largest units")
  func spans() {
    for (seconds, text, withTenths) in [
      (-1, "0 s", "0.0 s"), (0.44, "0 s", "0.4 s"), (9.96, "10 s", "10.0 s"), (10.2, "10 s", "10 s"),
      (59.4, "59 s", "59 s"), (59.6, "1 min 0 s", "1 min 0 s"), (185, "3 min 5 s", "3 min 5 s"),
      (7800, "2 h 10 min", "2 h 10 min"), (1e16, "forever", "forever"), (.infinity, "forever", "forever"),
    ] {
      #expect(duration(seconds) == text)
      #expect(duration(withTenths: seconds) == withTenths)
    }
  }

  @Test("are sizes of memory in decimal units")
  func sizes() {
    #expect(memorySize(0) == "0.0 MB")
    #expect(memorySize(12_540_000) == "12.5 MB")
    #expect(memorySize(999_000_000) == "999.0 MB")
    #expect(memorySize(1_234_000_000) == "1.23 GB")
    #expect(gigabytes(67_449_999_999) == "67.4 GB")
    #expect(wholeMegabytes(12_999_999) == "12 MB")
  }
}
