import ImageFiles
import Images
import Threads

/// How many pixels may be in memory at a time while several threads decode images.
///
/// Images wait in the order they come, so that a large one is not passed over again and again.
package final class PixelBudget: @unchecked Sendable {
  /// One for the process, as large as the largest image that is decoded: such an image waits until it is alone.
  static let shared = PixelBudget(pixels: mostPixelsOfAPhotograph)

  // The lock guards all variables, so sharing the object is safe.
  private let lock = ThreadLock()
  private let change: ThreadCondition
  private let limit: Int
  private var inUse = 0
  private var nextTicket = 0
  private var turn = 0

  package init(pixels: Int) {
    limit = pixels
    change = ThreadCondition(lock)
  }

  /// Runs the body while it has so many of the pixels; one that asks for more than all gets all.
  package func withPixels<Result>(_ count: Int, _ body: () throws -> Result) rethrows -> Result {
    let share = min(max(count, 0), limit)
    lock.withLock {
      let ticket = nextTicket
      nextTicket += 1
      while ticket != turn || inUse + share > limit { change.wait() }
      turn += 1
      inUse += share
      change.wakeAll()
    }
    defer {
      lock.withLock {
        inUse -= share
        change.wakeAll()
      }
    }
    return try body()
  }

  /// Decodes an image and gives it to the body, all within the budget.
  func decode<Result>(_ file: [UInt8], name: String, _ body: (RGBImage) throws -> Result) throws -> Result {
    let image = try EncodedImage(file, name: name)
    // Without a known size decoding only finds the reason.
    return try withPixels(image.pixelCount ?? 0) { try body(image.decoded()) }
  }
}
