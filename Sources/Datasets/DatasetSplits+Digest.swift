import Files

extension DatasetSplits {
  /// The SHA-256 of everything a training sees: class names, normalisation, sizes, labels and pixels of all three sets.
  ///
  /// Two loads have the same digest exactly if they are the same images in the same order. In lower-case hexadecimal.
  public func digest() -> String {
    var hash = Hash(.sha256)
    hash.update(bytesOf: [UInt64(classNames.count)])
    hash.update(bytesOf: statistics.mean + statistics.standardDeviation)
    for name in classNames { hash.update(bytesOf: [UInt64(name.utf8.count)] + name.utf8.map(UInt64.init)) }
    for set in [train, validation, test] {
      hash.update(bytesOf: [set.count, set.images.height, set.images.width].map(UInt64.init))
      hash.update(bytesOf: set.labels)
      set.images.pixels.withUnsafeBufferPointer { hash.update(UnsafeRawBufferPointer($0)) }
    }
    return hexadecimal(hash.finish())
  }
}

extension Hash {
  fileprivate mutating func update(bytesOf values: [some BitwiseCopyable]) {
    values.withUnsafeBytes { update($0) }
  }
}
