import Reports
import Text

/// The epochs that a preview shows: one, or several side by side.
struct PreviewMoments {
  /// From 1; nil for a policy without epochs.
  let epochs: [Int?]
  /// Whether they stand side by side.
  let isStrip: Bool

  /// The most columns of a picture.
  private static let most = 20

  /// Reads the options `--epoch` and `--epochs` of a policy that the user calls by a name.
  init(epoch: Int?, epochs list: String?, of policy: PreviewedPolicy, named name: String) throws {
    isStrip = list != nil
    guard let length = policy.epochs else {
      guard epoch == nil, list == nil else {
        throw SettingsError(
          "\(list == nil ? "--epoch" : "--epochs"): found \(name), which is the same in every epoch, expected a schedule"
        )
      }
      epochs = [nil]
      return
    }
    let option = isStrip ? "--epochs" : "--epoch"
    let chosen = try list.map { try $0 == "spread" ? policy.moments : Self.numbers($0) } ?? [epoch ?? length]
    if let outside = chosen.first(where: { !(1...length).contains($0) }) {
      throw SettingsError("\(option): found \(outside), expected 1 to \(length), the length of \(name)")
    }
    epochs = chosen
  }

  private static func numbers(_ list: String) throws -> [Int] {
    let numbers = list.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    let epochs = numbers.compactMap { $0 }
    guard epochs.count == numbers.count else {
      throw SettingsError(
        "--epochs: found '\(printable(list))', expected epochs between commas, as in 1,50,200, or spread")
    }
    guard epochs.count <= most, Set(epochs).count == epochs.count else {
      throw SettingsError(
        "--epochs: found '\(printable(list))', expected at most \(most) epochs, each once")
    }
    return epochs
  }

  /// The picture of draws of these epochs.
  func figure(of policy: PreviewedPolicy, _ images: [PreviewedImage]) throws -> Figure {
    let numbers = epochs.compactMap { $0 }
    guard isStrip, let length = policy.epochs else {
      let moment = numbers.first.flatMap { epoch in policy.epochs.map { (epoch: epoch, length: $0) } }
      return try PreviewGrid(policy: policy.name, moment: moment, images: images).figure()
    }
    return try EpochStrip(policy: policy.name, length: length, epochs: numbers, images: images).figure()
  }
}
