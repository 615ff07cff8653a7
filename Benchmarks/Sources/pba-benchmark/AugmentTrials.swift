import Augmentation
import Foundation
import Images
import Policies

/// Batches of 32×32 images that are augmented for measurement.
struct BatchTrial {
  /// The last policy of rcifar10.
  let whole: AugmentationProgram

  private static let side = 32
  private let images = noise(count: 1024, side: Self.side)

  init() throws {
    let schedule = try Schedule.named("rcifar10")
    whole = schedule.lastPolicy.program(operationCount: schedule.operationCount)
  }

  /// The time of an image under a program and the whole tail; goes once through all images.
  func microseconds(_ program: AugmentationProgram, threads: Int, batch: Int = 128) -> Double {
    let tail = BatchTail(
      cropPadding: 4, flip: true, cutout: 16, mean: [0.4914, 0.4822, 0.4465],
      standardDeviation: [0.2023, 0.1994, 0.201], layout: .nhwc)
    let augmenter = BatchAugmenter(program: program, tail: tail, seed: 0, trial: 0)
    let output = UnsafeMutableBufferPointer<Float>.allocate(capacity: batch * images.imageSize)
    output.initialize(repeating: 0)
    defer { output.deallocate() }
    let order = Array(0..<images.count)
    let passes = 2
    let time = seconds {
      for pass in 0..<passes {
        for first in stride(from: 0, to: images.count, by: batch) {
          augmenter.write(
            samples: order[first..<first + batch], of: images, epoch: pass, into: output, threads: threads)
        }
      }
    }
    return time * 1e6 / Double(passes * images.count)
  }

  /// The time in which as many bytes as the tail writes for an image are copied, so many images at once.
  func copyMicroseconds(images count: Int) -> Double {
    let bytes = count * images.imageSize * MemoryLayout<Float>.stride
    let source = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    let target = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    defer {
      source.deallocate()
      target.deallocate()
    }
    source.initializeMemory(as: UInt8.self, repeating: 1, count: bytes)
    target.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    let copies = max(1, 8192 / count)
    let time = seconds {
      for _ in 0..<copies { memcpy(target, source, bytes) }
    }
    return time * 1e6 / Double(copies * count)
  }
}

/// Images of one size that operations work on alone.
struct OperationTrial {
  let size: Int
  private let workbench: OperationWorkbench
  private let count: Int

  init(size: Int) {
    self.size = size
    // So few that they stay in the processor's second cache, as the rivals' do.
    count = max(1, 65536 / (size * size))
    let stack = noise(count: count, side: size)
    workbench = OperationWorkbench((0..<count).map(stack.image(at:)))
  }

  /// The time of an image, from some ten milliseconds of work; getting the images back is not counted.
  func microseconds(_ operation: Augmentation.Operation, parameter: Double) -> Double {
    var (time, sweeps) = (0.0, 0)
    repeat {
      workbench.restore()
      time += seconds {
        workbench.apply(operation, parameter: parameter, center: (x: size / 2, y: size / 2))
      }
      sweeps += 1
    } while time < 0.008 && sweeps < 20_000
    return time * 1e6 / Double(sweeps * count)
  }
}

/// Noise in 20...235: not every value occurs, as in most pictures, so that AutoContrast has something to do.
private func noise(count: Int, side: Int) -> ImageStack {
  var random = RandomStream(seed: 1, domain: .preview)
  let bytes = count * side * side * 3
  var pixels: [UInt8] = []
  pixels.reserveCapacity(bytes)
  while pixels.count < bytes { pixels.append(UInt8(20 + random.uniform(below: 216))) }
  return ImageStack(count: count, height: side, width: side, pixels: pixels)
}
