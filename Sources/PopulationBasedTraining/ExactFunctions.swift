// Powers of e and logarithms by operations that IEEE 754 defines to the bit: those of C libraries differ from system to
// system in their last bit, and a decision of a search must not.

/// e to the power of `x`, to some 16 digits; 0 below -700.
///
/// x = k · log 2 + r with |r| at most half of log 2, whose power is a Taylor sum (Muller, "Elementary Functions", 2016).
package func exponential(_ x: Double) -> Double {
  guard x > -700 else { return 0 }
  guard x < 700 else { return .infinity }
  let multiple = (x * 1.4426950408889634).rounded()
  // log 2 in two parts, the first of which has so few digits that its product is exact.
  let rest = (x - multiple * 0x1.62e42fee00000p-1) - multiple * 0x1.a39ef35793c76p-33
  var sum = 1.0
  for place in stride(from: 14, to: 0, by: -1) { sum = 1 + sum * rest / Double(place) }
  return Double(sign: .plus, exponent: Int(multiple), significand: sum)
}

/// The natural logarithm of a number above 0, to some 16 digits.
///
/// x = 2^k · m with m near 1, whose logarithm is twice the area tangent of (m - 1) / (m + 1).
package func logarithm(_ x: Double) -> Double {
  var (exponent, significand) = (Double(x.exponent), x.significand)
  if significand > 1.4142135623730951 {
    significand /= 2
    exponent += 1
  }
  let ratio = (significand - 1) / (significand + 1)
  let square = ratio * ratio
  var sum = 0.0
  for place in stride(from: 25, to: 0, by: -2) { sum = sum * square + 1 / Double(place) }
  return exponent * 0x1.62e42fee00000p-1 + (exponent * 0x1.a39ef35793c76p-33 + 2 * ratio * sum)
}
