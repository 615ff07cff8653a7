/// Random numbers that are a pure function of (seed, domain, trial, epoch, sample).
///
/// Two streams with different coordinates are independent, whatever was drawn before and on whichever thread.
/// The key of ``Philox4x32`` is the seed; the counter words are (block and domain, trial, epoch, sample), each
/// coordinate taken modulo 2³². A stream gives 2²⁵ different numbers before it repeats itself.
public struct RandomStream: RandomNumberGenerator, Sendable {
  /// What the numbers are for; streams of different purposes never meet.
  public enum Domain: UInt8, Sendable {
    // The numbers are part of every result: none may change or be used twice.
    /// What happens to an image of the training set.
    case augmentation = 1
    /// The order of the images in an epoch.
    case permutation = 2
    /// The decisions at a comparison, and the policies that follow from them.
    case exploit = 3
    /// Changes of a policy outside of a search, which explores with the numbers of its decision.
    case explore = 4
    /// The first weights of a network.
    case initialisation = 5
    /// Policies that are drawn from the search space.
    case policyDraw = 6
    /// Numbers that no result depends on: measurements and tests.
    case preview = 7
    /// Layers that are random in training.
    case randomLayers = 8
    /// The images of the dataset `noise`.
    case noiseImages = 9
    /// The values of hyperparameters that join a search beside the policy.
    case tuning = 10
    /// What an operation draws in one application, by the key of that application.
    case operation = 11
    /// What it draws for each pixel, by the key and the pixel's place.
    case pixels = 12
  }

  private let key: SIMD2<UInt32>
  private var counter: SIMD4<UInt32>
  private var pending: UInt64 = 0
  private var hasPending = false

  /// Opens the stream at its first number.
  public init(seed: UInt64, domain: Domain, trial: Int = 0, epoch: Int = 0, sample: Int = 0) {
    key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    counter = SIMD4(
      UInt32(domain.rawValue) << 24, UInt32(truncatingIfNeeded: trial),
      UInt32(truncatingIfNeeded: epoch), UInt32(truncatingIfNeeded: sample))
  }

  /// Returns 64 random bits.
  public mutating func next() -> UInt64 {
    if hasPending {
      hasPending = false
      return pending
    }
    let words = Philox4x32.block(counter: counter, key: key)
    // The block number has the lower 24 bits; the domain above them stays.
    counter[0] = (counter[0] & 0xFF00_0000) | ((counter[0] &+ 1) & 0x00FF_FFFF)
    pending = UInt64(words[2]) | UInt64(words[3]) << 32
    hasPending = true
    return UInt64(words[0]) | UInt64(words[1]) << 32
  }

  /// Returns a number uniform in [0, 1), a multiple of 2⁻⁵³.
  public mutating func uniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// Returns an integer uniform in 0..<bound, without bias; `bound` is at least 1.
  ///
  /// Lemire, "Fast random integer generation in an interval", 2019.
  public mutating func uniform(below bound: Int) -> Int {
    precondition(bound > 0, "RandomStream.uniform(below:) needs a bound of at least 1, found \(bound)")
    let range = UInt64(bound)
    var product = next().multipliedFullWidth(by: range)
    if product.low < range {
      let threshold = (0 &- range) % range
      while product.low < threshold {
        product = next().multipliedFullWidth(by: range)
      }
    }
    return Int(product.high)
  }

  /// Returns the numbers 0..<n in random order (Fisher–Yates, from the last place down).
  public mutating func permutation(_ n: Int) -> [Int] {
    var order = Array(0..<n)
    var last = n - 1
    while last > 0 {
      order.swapAt(last, uniform(below: last + 1))
      last -= 1
    }
    return order
  }
}
