import Augmentation
import Datasets
import Policies
import Text
import Training

/// Prints notes on what may be unexpected in training with a recipe on these images.
///
/// Nothing of it can be changed when a run is resumed.
///
/// - Parameters:
///   - recipe: how the network is trained.
///   - policyCutout: the largest square that the policy itself removes, as the length of its side in pixels.
///   - space: what a search chooses among, where that is not PBA's space.
///   - data: the images.
func noteSurprises(
  of recipe: Recipe, policyCutout: Int, space: SearchSpace? = nil, on data: DatasetSplits
) {
  let (width, height) = (data.train.images.width, data.train.images.height)
  let scaling = recipe.scaleToSize == true ? "" : "--scale-to-size makes it fit, "
  let share = cutoutShare(side: recipe.cutout, width: width, height: height)
  if share > 0.5 {
    printNote(
      "Cutout of \(recipe.cutout) × \(recipe.cutout) pixels covers up to \(wholePercent(share)) of an image of"
        + " \(width) × \(height), so that little is left to learn from; \(scaling)--cutout N sets the side, 0 turns it off"
    )
  }
  let policyShare = cutoutShare(side: policyCutout, width: width, height: height)
  if policyShare > 0.5 {
    let scaled = PixelScale(width: width, height: height).cutout(policyCutout)
    let fits =
      !scaling.isEmpty && space?.scalesPixels != false
      && cutoutShare(side: scaled, width: width, height: height) <= 0.5
    printNote(
      "the policy's own Cutout of up to \(policyCutout) × \(policyCutout) pixels covers up to"
        + " \(wholePercent(policyShare)) of an image of \(width) × \(height)"
        + (fits
          ? "; --scale-to-size makes it fit"
          : space.map { _ in "; give it smaller bounds in the space" } ?? ""))
  }
  if 2 * recipe.cropPadding >= min(width, height) {
    printNote(
      "a crop padding of \(counted(recipe.cropPadding, "pixel")) moves images of \(width) × \(height) by half of their size or more;"
        + " \(scaling)--crop-padding N sets it, 0 turns it off")
  }
  for finding in space.map({ SpaceFindings($0).warnings }) ?? [] {
    printNote("the search space, \(finding)")
  }
  if recipe.flip, let space, !space.operations.contains(.flipHorizontal) {
    printNote(
      "the search space \(printable(space.name)) has no FlipHorizontal, but the recipe mirrors half of the images;"
        + " --no-flip leaves them as they are")
  } else if recipe.flip, data.classNames.allSatisfy({ $0.count == 1 }) {
    printNote(
      "the classes are called \(shortList(data.classNames)): if they are digits or letters, mirrored ones are other"
        + " signs or none; --no-flip leaves them as they are")
  }
}

private func wholePercent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }
