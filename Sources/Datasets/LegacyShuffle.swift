/// The 32-bit Mersenne Twister MT19937 (Matsumoto and Nishimura, 1998), started from one number.
///
/// It exists to draw the same reduced sets as the published results; new randomness uses `RandomStream`.
struct MersenneTwister {
  private var state: [UInt32]
  private var used = 624

  init(seed: UInt32) {
    state = [seed]
    state.reserveCapacity(624)
    for index in 1..<624 {
      let previous = state[index - 1]
      state.append(1_812_433_253 &* (previous ^ previous >> 30) &+ UInt32(index))
    }
  }

  mutating func next() -> UInt32 {
    if used == 624 { refill() }
    var word = state[used]
    used += 1
    word ^= word >> 11
    word ^= word << 7 & 0x9D2C_5680
    word ^= word << 15 & 0xEFC6_0000
    return word ^ word >> 18
  }

  private mutating func refill() {
    for index in 0..<624 {
      let joined = state[index] & 0x8000_0000 | state[(index + 1) % 624] & 0x7FFF_FFFF
      state[index] = state[(index + 397) % 624] ^ joined >> 1 ^ (joined & 1 == 0 ? 0 : 0x9908_B0DF)
    }
    used = 0
  }
}

/// The numbers 0 up to `count` less one as `numpy.random.RandomState(seed).shuffle` leaves them.
///
/// Fisher–Yates from the back; each index is drawn by masking a 32-bit word to the smallest 2^k − 1 that
/// reaches the bound, again and again until it is in range. `count` is at most 2^32.
public func legacyPermutation(of count: Int, seed: UInt32) -> [Int] {
  var generator = MersenneTwister(seed: seed)
  var order = Array(0..<count)
  for last in stride(from: count - 1, to: 0, by: -1) {
    let bound = UInt32(last)
    let mask = UInt32.max >> UInt32(bound.leadingZeroBitCount)
    var drawn = generator.next() & mask
    while drawn > bound { drawn = generator.next() & mask }
    order.swapAt(last, Int(drawn))
  }
  return order
}
