import Augmentation
// Linked, not called: its functions take the place of others.
import CCompatibility
import Policies
import Text

// The C functions of `libpba`; `pba.h` beside this file describes them for callers.
//
// Nothing that a caller passes ends the process: numbers are checked, and so are null and misaligned pointers. A pointer
// to memory that is not the caller's cannot be noticed.

/// The version of this interface; it changes with every change that breaks a caller.
@_cdecl("pba_abi_version")
public func pbaABIVersion() -> Int32 {
  // Callers ask this first, so that no fork comes before.
  Forking.makeSafe()
  return 2
}

/// Opens an augmenter; returns its handle, or 0 and the reason in `message`.
@_cdecl("pba_open")
public func pbaOpen(
  _ policy: UnsafePointer<CChar>?, _ seed: UInt64, _ settings: UnsafePointer<CChar>?,
  _ message: UnsafeMutablePointer<CChar>?, _ room: Int64
) -> Int64 {
  reporting(to: message, room, failure: 0) {
    let settings = try AugmenterSettings(jsonText: text(settings, "settings"))
    let augmenter = try Augmenter(policy: policyText(policy), seed: seed, settings)
    Forking.makeSafe()
    return AugmenterTable.shared.add(augmenter)
  }
}

/// Closes an augmenter; returns 0, or -1 for a handle that is not open.
@_cdecl("pba_close")
public func pbaClose(_ handle: Int64) -> Int32 {
  AugmenterTable.shared.remove(handle) ? 0 : -1
}

/// Writes a batch of normalised numbers; returns 0, or -1 and the reason in `message`.
@_cdecl("pba_batch")
public func pbaBatch(
  _ handle: Int64, _ images: UnsafePointer<UInt8>?, _ count: Int64, _ height: Int64, _ width: Int64,
  _ places: UnsafePointer<Int64>?, _ samples: UnsafePointer<Int64>?, _ epochs: UnsafePointer<Int64>?,
  _ length: Int64, _ threads: Int64, _ output: UnsafeMutablePointer<Float>?,
  _ message: UnsafeMutablePointer<CChar>?, _ room: Int64
) -> Int32 {
  reporting(to: message, room, failure: -1) {
    let augmenter = try AugmenterTable.shared.augmenter(handle)
    let size = try ImageSize(height: height, width: width)
    let stack = try imageStack(images, count: count, size)
    // 2⁴⁰ samples fit in no memory that a caller has.
    let output = try memory(output, size.bytes(of: number(length, in: 0...1 << 40, "length")), "output")
    let keys = try BatchKeys(samples: samples, epochs: epochs, count: length)
    try augmenter.write(
      keys, places: batchPlaces(places, keys.count, of: stack), of: stack, into: output,
      threads: threadCount(threads))
    return 0
  }
}

/// Writes augmented images of one sample, 8 bits in and out; returns 0, or -1 and the reason in `message`.
@_cdecl("pba_images")
public func pbaImages(
  _ handle: Int64, _ images: UnsafePointer<UInt8>?, _ count: Int64, _ height: Int64, _ width: Int64,
  _ layout: Int32, _ sample: Int64, _ epoch: Int64, _ output: UnsafeMutablePointer<UInt8>?,
  _ message: UnsafeMutablePointer<CChar>?, _ room: Int64
) -> Int32 {
  reporting(to: message, room, failure: -1) {
    let augmenter = try AugmenterTable.shared.augmenter(handle)
    let size = try ImageSize(height: height, width: width)
    let layout = try pixelLayout(layout)
    let bytes = try size.bytes(of: number(count, in: 0...Int.max, "count"), layout)
    try augmenter.write(
      SampleKey(sample: sample, epoch: epoch), size, layout,
      of: memory(images, bytes, "images"),
      into: memory(output, bytes, "output"))
    return 0
  }
}

/// Moves labels of pixels as an image's pixels are moved; returns 0, or -1 and the reason in `message`.
@_cdecl("pba_labels")
public func pbaLabels(
  _ handle: Int64, _ labels: UnsafePointer<Int32>?, _ height: Int64, _ width: Int64, _ sample: Int64,
  _ epoch: Int64, _ fill: Int32, _ output: UnsafeMutablePointer<Int32>?,
  _ message: UnsafeMutablePointer<CChar>?, _ room: Int64
) -> Int32 {
  reporting(to: message, room, failure: -1) {
    let augmenter = try AugmenterTable.shared.augmenter(handle)
    let size = try ImageSize(height: height, width: width)
    let key = try SampleKey(sample: sample, epoch: epoch)
    try augmenter.writeLabels(
      key, size, of: memory(labels, size.area, "labels"), fill: fill,
      into: memory(output, size.area, "output"))
    return 0
  }
}

/// Describes as JSON what is drawn for a sample; returns the text's length, or -1 and the reason in `message`.
@_cdecl("pba_explain")
public func pbaExplain(
  _ handle: Int64, _ sample: Int64, _ epoch: Int64, _ height: Int64, _ width: Int64,
  _ text: UnsafeMutablePointer<CChar>?, _ textRoom: Int64,
  _ message: UnsafeMutablePointer<CChar>?, _ room: Int64
) -> Int64 {
  reporting(to: message, room, failure: -1) {
    let augmenter = try AugmenterTable.shared.augmenter(handle)
    let size = try ImageSize(height: height, width: width)
    let drawn = try augmenter.explain(SampleKey(sample: sample, epoch: epoch), size)
    return copy(drawn.text, to: text, textRoom)
  }
}

/// Describes as JSON what was opened: the schedule, if it is one, its order and the number of epochs; returns the text's
/// length, or -1 and the reason in `message`.
@_cdecl("pba_describe")
public func pbaDescribe(
  _ handle: Int64, _ text: UnsafeMutablePointer<CChar>?, _ textRoom: Int64,
  _ message: UnsafeMutablePointer<CChar>?, _ room: Int64
) -> Int64 {
  reporting(to: message, room, failure: -1) {
    copy(try AugmenterTable.shared.augmenter(handle).description.text, to: text, textRoom)
  }
}

/// Gives the schedule of a policy as the text of its file; returns the text's length, or -1 and the reason in `message`.
@_cdecl("pba_schedule")
public func pbaSchedule(
  _ policy: UnsafePointer<CChar>?, _ epochs: Int64, _ text: UnsafeMutablePointer<CChar>?, _ textRoom: Int64,
  _ message: UnsafeMutablePointer<CChar>?, _ room: Int64
) -> Int64 {
  reporting(to: message, room, failure: -1) {
    let schedule = try Schedule(named: policyText(policy))
    let stretched = epochs == 0 ? schedule : try schedule.stretched(to: Int(epochs))
    return copy(String(decoding: stretched.jsonData(), as: UTF8.self), to: text, textRoom)
  }
}

/// Lists policies and operations as JSON; returns the text's length.
@_cdecl("pba_catalogue")
public func pbaCatalogue(_ text: UnsafeMutablePointer<CChar>?, _ textRoom: Int64) -> Int64 {
  copy(Catalogue.json.text, to: text, textRoom)
}
