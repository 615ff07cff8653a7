import Images

extension ImageFolder {
  /// The first training images, decoded one by one; the cache is neither read nor written.
  ///
  /// How many images each set has is not known where unreadable files are to be left out.
  func sample(_ count: Int, of dataset: DatasetSpec, _ selection: DataSelection) throws -> DatasetSample {
    let options = selection.images
    let listing = try FolderListing(of: root)
    try settleFolders(listing, skip: options.skipUnreadable)
    let drawn = StratifiedOrder(listing.train, setsAside: listing.test == nil)
    let own = listing.validation?.count
    let validation = selection.validationSize ?? own ?? Self.validationShare(of: drawn.pool.count, listing)
    let train = selection.trainSize ?? (own == nil ? drawn.pool.count - validation : drawn.pool.count)
    let size = options.imageSize ?? .standard
    var (pixels, labels): ([UInt8], [Int32]) = ([], [])
    for image in drawn.pool where labels.count < min(count, train) {
      do {
        pixels += try size.pixels(ofFile: root + "/" + image.path)
        labels.append(image.label)
      } catch {
        guard options.skipUnreadable else { throw error }
      }
    }
    return DatasetSample(
      classNames: listing.classNames,
      train: LabeledImages(
        images: ImageStack(count: labels.count, height: size.height, width: size.width, pixels: pixels),
        labels: labels),
      counts: options.skipUnreadable
        ? nil
        : DatasetSample.Counts(
          train: train, validation: validation, test: (listing.test ?? drawn.aside).count))
  }
}
