extension RandomNumberGenerator {
  /// Draws an unbiased integer from `0..<bound`, using `next()` alone.
  ///
  /// The standard library may change how it draws bounded integers; a decision of a search must not change
  /// with it. The method is Lemire's multiplication with rejection (ACM Transactions on Modeling and Computer
  /// Simulation 29, 2019). A bound of 1 or less gives 0 and draws nothing.
  public mutating func boundedInteger(below bound: Int) -> Int {
    guard bound > 1 else { return 0 }
    let width = UInt64(bound)
    var product = next().multipliedFullWidth(by: width)
    if product.low < width {
      let rejected = (0 &- width) % width
      while product.low < rejected {
        product = next().multipliedFullWidth(by: width)
      }
    }
    return Int(product.high)
  }
}
