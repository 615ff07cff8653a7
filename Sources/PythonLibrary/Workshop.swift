import Augmentation
import Policies

/// What one call at a time works with: memory for images, and what was made for an epoch and a size of images.
final class Workshop {
  var memory = ImageWorkspace(width: 1, height: 1)
  var batches = Recent<BatchAugmenter>()
  var images = Recent<ImageAugmenter>()
  var tails = Recent<PreparedTail>()

  /// Makes the memory fit images of a size.
  func prepare(_ size: ImageSize) throws(PolicyError) {
    guard memory.width != size.width || memory.height != size.height else { return }
    try requireMemory(ImageWorkspace.byteCount(width: size.width, height: size.height))
    memory = ImageWorkspace(width: size.width, height: size.height)
  }
}

/// Values that were made for an epoch and sizes of images; those of one epoch, and no more than some.
struct Recent<Value> {
  private var epoch = 0
  private var values: [ImageSize: Value] = [:]
  private let most = 256

  /// The value for an epoch and a size, made if it is not there.
  mutating func value(
    epoch: Int, _ size: ImageSize, _ make: () throws(PolicyError) -> Value
  ) throws(PolicyError) -> Value {
    if epoch != self.epoch || values.count >= most {
      values = [:]
      self.epoch = epoch
    }
    if let value = values[size] { return value }
    let value = try make()
    values[size] = value
    return value
  }
}
