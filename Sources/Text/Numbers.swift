#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

// How numbers are written in all that people read.

/// A number with a fixed count of decimals, correctly rounded.
public func decimal(_ value: Double, _ decimals: Int) -> String { formatted(value, decimals, "%.*f") }

/// A number with a count of digits that are not leading zeros, those of a fraction without zeros at the end.
public func significant(_ value: Double, _ digits: Int) -> String { formatted(value, digits, "%.*g") }

/// A number with all its digits, without the `.0` of a whole one.
public func shortNumber(_ value: Double) -> String { Int(exactly: value).map(String.init) ?? "\(value)" }

/// A number with its noun, in the plural where it is not 1.
///
/// - Parameters:
///   - count: how many.
///   - noun: the noun in the singular.
///   - plural: the plural, where it is not the noun with an s.
/// - Returns: such as `1 epoch`, `2 epochs`.
public func counted(_ count: Int, _ noun: String, _ plural: String? = nil) -> String {
  "\(count) \(count == 1 ? noun : plural ?? noun + "s")"
}

private func formatted(_ value: Double, _ digits: Int, _ format: String) -> String {
  withVaList([CInt(digits), value]) { arguments in
    // The longest double has 309 digits before its decimals.
    String(unsafeUninitializedCapacity: digits + 320) { buffer in
      buffer.withMemoryRebound(to: CChar.self) { text in
        Int(vsnprintf(text.baseAddress, text.count, format, arguments))
      }
    }
  }
}

/// A share as a percentage with two decimals.
public func percent(_ share: Double) -> String { decimal(share * 100, 2) + " %" }

/// A time span in words: `42 s`, `3 min 5 s`, `2 h 10 min`.
public func duration(_ seconds: Double) -> String {
  // Larger values do not fit into an integer.
  guard seconds < 1e15 else { return "forever" }
  let whole = Int(max(seconds, 0).rounded())
  if whole < 60 { return "\(whole) s" }
  if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
  return "\(whole / 3600) h \(whole % 3600 / 60) min"
}

/// A time span in words, less than ten seconds with a tenth: `4.2 s`, `42 s`.
public func duration(withTenths seconds: Double) -> String {
  seconds < 10 ? decimal(max(seconds, 0), 1) + " s" : duration(seconds)
}

/// Memory in decimal units: `12.5 MB`, `1.25 GB`.
public func memorySize(_ bytes: Int) -> String {
  bytes < 1_000_000_000
    ? decimal(Double(bytes) / 1e6, 1) + " MB" : decimal(Double(bytes) / 1e9, 2) + " GB"
}

/// Memory in gigabytes with one decimal: `67.4 GB`.
public func gigabytes(_ bytes: Double) -> String { decimal(bytes / 1e9, 1) + " GB" }

/// Memory in whole megabytes, what is left over dropped: `12 MB`.
public func wholeMegabytes(_ bytes: Int) -> String { "\(bytes / 1_000_000) MB" }
