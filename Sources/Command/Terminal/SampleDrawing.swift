import Augmentation
import Datasets
import Policies
import Reports
import RunStore
import Training

/// Draws what a network saw of a few training images, epoch by epoch.
struct SampleDrawing {
  private let sample: DatasetSample

  init(_ sample: DatasetSample) {
    self.sample = sample
  }

  /// The images in the first, the middle and the last epoch of a trial's ancestry; none before there is one.
  ///
  /// - Parameters:
  ///   - ancestry: the segments that the trial's state descends from.
  ///   - space: what their policies belong to.
  ///   - recipe: how the search trains.
  /// - Returns: one group, or none.
  func groups(
    of ancestry: [SegmentRecord], in space: SearchSpace, recipe: Recipe
  ) -> [SampleImages.Group] {
    let epochs = moments(ancestry.last?.plan.epochs.upperBound ?? 0)
    let plans = epochs.compactMap { epoch in ancestry.first { $0.plan.epochs.contains(epoch) }?.plan }
    guard !epochs.isEmpty, plans.count == epochs.count else { return [] }
    return [
      group("the ancestors of the best trial", epochs) { image, column in
        draw(
          image,
          plans[column].policy.program(operationCount: space.operationCount).scaled(by: scale(recipe)),
          ofOtherSpace: !space.isPBA, seed: recipe.seed, trial: plans[column].trial, epoch: epochs[column])
      }
    ]
  }

  /// A policy, and how many epochs the recipe's seed has trained with it.
  typealias Trained = (name: String, choice: PolicyChoice, order: PolicyOrder, epochs: Int)

  /// The images in the first, the middle and the last epoch that was trained under each policy.
  ///
  /// A policy that nothing was trained with is left out.
  func groups(of policies: [Trained], recipe: Recipe) throws -> [SampleImages.Group] {
    let (width, height) = (sample.train.images.width, sample.train.images.height)
    return try policies.filter { $0.epochs > 0 }.map { name, choice, order, trained in
      let epochs = moments(trained)
      let programs = try epochs.map {
        try choice.program(
          epoch: $0, totalEpochs: recipe.epochs, order: order, width: width, height: height,
          scale: scale(recipe))
      }
      return group("the policy \(name), seed \(recipe.seed)", epochs) { image, column in
        draw(
          image, programs[column], ofOtherSpace: choice.schedule?.space != nil, seed: recipe.seed, trial: 0,
          epoch: epochs[column])
      }
    }
  }

  private func scale(_ recipe: Recipe) -> PixelScale {
    recipe.pixelScale(width: sample.train.images.width, height: sample.train.images.height)
  }

  /// The first, the middle and the last of so many epochs, counted from 0.
  private func moments(_ epochs: Int) -> [Int] {
    epochs > 0 ? Array(Set([0, epochs / 2, epochs - 1])).sorted() : []
  }

  private func group(
    _ title: String, _ epochs: [Int], _ picture: (_ image: Int, _ column: Int) -> SampleImages.Picture
  ) -> SampleImages.Group {
    SampleImages.Group(
      title: title, columns: epochs.map { "epoch \($0 + 1)" },
      rows: (0..<sample.train.count).map { image in
        let label = Int(sample.train.labels[image])
        let name = sample.classNames.indices.contains(label) ? sample.classNames[label] : "\(label)"
        let original = SampleImages.Picture(
          sample.train.images.image(at: image).shown(side: Self.longest), words: "as it is")
        return SampleImages.Row(
          name: name, pictures: [original] + epochs.indices.map { picture(image, $0) })
      })
  }

  private func draw(
    _ image: Int, _ program: AugmentationProgram, ofOtherSpace: Bool, seed: UInt64, trial: Int, epoch: Int
  ) -> SampleImages.Picture {
    let augmenter = BatchAugmenter(program: program, tail: .unchanged, seed: seed, trial: trial)
    let (picture, applied) = augmenter.preview(sample: image, of: sample.train.images, epoch: epoch)
    return SampleImages.Picture(
      picture.shown(side: Self.longest),
      words: applied.isEmpty
        ? "nothing" : applied.map { $0.words(ofOtherSpace: ofOtherSpace) }.joined(separator: "; "))
  }

  /// The longest side of an image in a report, in pixels.
  private static let longest = 96
}
