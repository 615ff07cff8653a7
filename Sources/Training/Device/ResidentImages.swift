import Augmentation
import Datasets
import Images
import Torch

/// Images to evaluate on, kept on a device as bytes, with their labels.
///
/// A table with the host's own number for each channel and byte normalises them there, so that a batch has the very bits
/// that the host would have written. Trainers of the same device share them.
package final class ResidentImages: @unchecked Sendable {
  // Nothing writes to the tensors after the initialiser, which waits for the device; so threads may share them.
  package let count: Int
  let height: Int
  let width: Int
  /// [N·H·W,3], uint8.
  private let bytes: Tensor
  /// [N], int64.
  private let labels: Tensor
  /// [768], a row of 256 for each channel.
  private let table: Tensor
  /// [3], where each channel's row begins: int64.
  private let rows: Tensor

  /// The device's memory that images take there.
  package static func byteCount(_ split: LabeledImages) -> Int { split.images.pixels.count + 8 * split.count }

  /// Brings images to the device, once.
  ///
  /// - Parameters:
  ///   - split: the images and labels.
  ///   - tail: how they are normalised; it must draw nothing.
  ///   - device: where they are kept.
  /// - Throws: `TorchError` where the device has not the memory.
  package init(_ split: LabeledImages, tail: BatchTail, on device: Device) throws {
    let images = split.images
    (count, height, width) = (images.count, images.height, images.width)
    // One grey image of all bytes goes through the host's own pass.
    let grey = ImageStack(count: 1, height: 16, width: 16, pixels: (0..<768).map { UInt8($0 / 3) })
    var numbers = [Float](repeating: 0, count: 768)
    numbers.withUnsafeMutableBufferPointer {
      BatchAugmenter(program: .none, tail: tail, seed: 0, trial: 0)
        .write(samples: [0][...], of: grey, epoch: 0, into: $0, threads: 1)
    }
    let channels = (0..<768).map { numbers[$0 % 256 * 3 + $0 / 256] }
    bytes = try images.pixels.withUnsafeBufferPointer {
      try Tensor.fromBytes(
        UnsafeRawBufferPointer($0), shape: [images.count * images.height * images.width, 3], .uint8
      )
      .moved(to: device)
    }
    labels = try Tensor(split.labels.map(Int64.init), shape: [count]).moved(to: device)
    table = try Tensor(channels, shape: [768]).moved(to: device)
    rows = try Tensor([0, 256, 512] as [Int64], shape: [3]).moved(to: device)
  }

  /// Some of the images, normalised, [n,3,H,W] channels last, and their labels.
  func batch(_ range: Range<Int>) throws -> (images: Tensor, labels: Tensor) {
    let area = height * width
    let places =
      try bytes.narrowed(0, start: range.lowerBound * area, length: range.count * area)
      .converted(to: .int64) + rows
    let images = try table.rows(places.reshaped([-1])).reshaped([range.count, height, width, 3])
    return (
      try images.permuted([0, 3, 1, 2]), try labels.narrowed(0, start: range.lowerBound, length: range.count)
    )
  }
}
