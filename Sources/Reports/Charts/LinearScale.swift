import Foundation

/// Maps the numbers of a range to places along an axis.
public struct LinearScale: Hashable, Sendable {
  /// The numbers that the axis covers.
  public let domain: ClosedRange<Double>
  /// The place of the lowest number, in pixels.
  public let start: Double
  /// The place of the highest number, in pixels; smaller than `start` on an axis that grows upwards.
  public let end: Double

  /// A scale; a domain without extent is widened to 1.
  public init(_ domain: ClosedRange<Double>, from start: Double, to end: Double) {
    self.domain =
      domain.lowerBound < domain.upperBound ? domain : domain.lowerBound...(domain.lowerBound + 1)
    self.start = start
    self.end = end
  }

  /// The place of a number; one outside the domain gets the place of the nearest bound.
  public func callAsFunction(_ value: Double) -> Double {
    let bounded = min(max(value, domain.lowerBound), domain.upperBound)
    let share = (bounded - domain.lowerBound) / (domain.upperBound - domain.lowerBound)
    return start + share * (end - start)
  }

  /// Round numbers of the domain, about so many: multiples of 1, 2 or 5 times a power of ten.
  public func ticks(_ count: Int) -> [Double] {
    let step = Self.roundStep(domain.upperBound - domain.lowerBound, parts: max(count, 1))
    let first = (domain.lowerBound / step - 1e-9).rounded(.up)
    let last = (domain.upperBound / step + 1e-9).rounded(.down)
    guard last >= first, last - first < 1000 else { return [domain.lowerBound] }
    return stride(from: first, through: last, by: 1).map { $0 * step }
  }

  /// The upper end of an axis from 0 that holds a number: the next round number.
  public static func roundEnd(over value: Double, parts: Int = 5) -> Double {
    guard value > 0, value.isFinite else { return 1 }
    let step = roundStep(value, parts: parts)
    return (value / step - 1e-9).rounded(.up) * step
  }

  private static func roundStep(_ extent: Double, parts: Int) -> Double {
    let raw = max(extent, .leastNormalMagnitude * 1e10) / Double(parts)
    let power = pow(10, log10(raw).rounded(.down))
    let mantissa = raw / power
    return power * (mantissa <= 1 + 1e-9 ? 1 : mantissa <= 2 + 1e-9 ? 2 : mantissa <= 5 + 1e-9 ? 5 : 10)
  }
}
