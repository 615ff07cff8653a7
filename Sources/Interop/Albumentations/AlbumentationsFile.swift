import Augmentation
import Foundation
import Policies
import Text

/// A policy of a schedule as a JSON file that `albumentations.load` reads.
///
/// Albumentations knows no epochs, so a schedule becomes a file for each segment. PBA's walk through a policy becomes one
/// choice among all its outcomes, nothing, one operation or two in random order, with their exact chances.
public struct AlbumentationsFile: Sendable {
  /// The epochs that the file is for, counted from 1.
  public let epochs: ClosedRange<Int>
  private let entries: [PolicyEntry]
  private let count: (none: Double, one: Double, two: Double)
  private let place: String

  /// The version of Albumentations whose form the files have.
  public static let version = "2.0.8"
  /// More entries that may happen would make files that are too large.
  private static let mostEntries = 60

  /// What an export loses, a sentence each.
  public static let losses = [
    "Albumentations knows no epochs: this file holds for some of them, and the training has to load the next one.",
    "Random numbers are those of Albumentations: an image does not get what it gets in a training of pba.",
    "Pixels are those of pba for Rotate (but for single pixels), TranslateX, TranslateY, Brightness, Invert, Posterize and"
      + " Solarize; Contrast and Color differ by one or two levels.",
    "ShearX and ShearY lie up to one pixel beside those of pba on square images, and further on others. Sharpness,"
      + " Equalize and AutoContrast are similar, not equal.",
    "Of operations beyond PBA's, FlipHorizontal and FlipVertical have the same pixels, Grayscale and Gamma differ by one level,"
      + " Hue is similar, and Zoom lies up to one pixel beside; ChannelShuffle leaves one image in six as it is.",
    "GaussianBlur differs by a few levels. JPEGCompression takes red for blue, so its errors are others of the same size."
      + " GaussianNoise is similar. Erase has one of four shapes.",
    "The square of Cutout lies wholly inside the image here; in pba it may reach over the edge.",
    "Pixels without data are black, and those of Cutout grey; pba gives them the mean colour.",
    "Lengths in pixels are for images of 32x32.",
    "Crop, flip and the Cutout of the training recipe are no part of a schedule.",
  ]

  /// The files of a schedule, one for each segment, in the order of training.
  ///
  /// - Parameter schedule: the schedule.
  /// - Returns: the files; none is written.
  /// - Throws: `PolicyError` for a schedule that applies more than two operations to an image, for one with more entries
  ///   than files can hold, and for an operation that Albumentations has no counterpart of.
  public static func all(of schedule: Schedule) throws(PolicyError) -> [AlbumentationsFile] {
    let counts = schedule.operationCount
    guard counts.dropFirst(3).allSatisfy({ $0 == 0 }) else {
      throw PolicyError(
        place: "operationCount", found: JSONValue.array(counts.map(JSONValue.number)).text,
        expected:
          "at most two operations an image, as an Albumentations file holds every pair; export as torchvision"
      )
    }
    func chance(_ number: Int) -> Double { number < counts.count ? counts[number] : 0 }
    var (files, end): ([AlbumentationsFile], Int) = ([], 0)
    for (index, segment) in schedule.segments.enumerated() {
      let place = "segments[\(index)].policy"
      let entries = segment.policy.entries.filter { $0.probability > 0 }
      guard entries.count <= mostEntries else {
        throw PolicyError(
          place: place, found: "\(entries.count) entries of a probability above 0",
          expected:
            "at most \(mostEntries), as an Albumentations file holds every pair; export as torchvision")
      }
      files.append(
        AlbumentationsFile(
          epochs: end + 1...end + segment.epochs, entries: entries,
          count: (chance(0), chance(1), chance(2)), place: place))
      end += segment.epochs
    }
    // Before the first file is written, all must be possible.
    for file in files { _ = try file.transform() }
    return files
  }

  /// The file for an epoch, counted from 1; nil where the schedule has no such epoch.
  public static func file(of schedule: Schedule, atEpoch epoch: Int) throws(PolicyError)
    -> AlbumentationsFile?
  {
    try all(of: schedule).first { $0.epochs.contains(epoch) }
  }

  /// A name that says the epochs, such as `epochs-001-012.json` in a schedule of some hundreds.
  ///
  /// - Parameter length: the epochs of the schedule.
  /// - Returns: the name; those of a schedule sort in the order of training.
  public func name(length: Int) -> String {
    let digits = String(length).count
    func padded(_ epoch: Int) -> String {
      String(repeating: "0", count: max(0, digits - String(epoch).count)) + String(epoch)
    }
    return "epochs-\(padded(epochs.lowerBound))-\(padded(epochs.upperBound)).json"
  }

  /// How the files of a schedule are used, and what they lose, for people.
  ///
  /// - Parameters:
  ///   - files: the files of the schedule.
  ///   - name: what the schedule is called.
  ///   - length: the epochs of the schedule.
  /// - Returns: the text of a file that lies beside them.
  public static func instructions(for files: [AlbumentationsFile], name: String, length: Int) -> String {
    let list = files.map { "    \($0.name(length: length))" }.joined(separator: "\n")
    let losses = losses.map { "- \($0)" }.joined(separator: "\n")
    return """
      The augmentation schedule \(printable(name)) of \(counted(length, "epoch")) for Albumentations \(version).

      A name says the epochs that a file is for, counted from 1:

      \(list)

          from albumentations import load
          augment = load("\(files.first?.name(length: length) ?? "")")
          image = augment(image=image)["image"]  # a numpy array [H, W, 3], uint8

      Load the next file when its epoch comes, and make the DataLoader again, so that its workers have it.

      What is lost:

      \(losses)

      """
  }

  /// The bytes of the file.
  ///
  /// - Parameter name: what the schedule is called.
  /// - Returns: one line of JSON.
  /// - Throws: `PolicyError` for an operation that Albumentations has no counterpart of.
  public func data(name: String) throws(PolicyError) -> Data {
    let comment =
      [
        "Schedule \(name), epochs \(epochs.lowerBound) to \(epochs.upperBound); written by pba schedule export."
      ]
      + Self.losses
    let json = JSONValue.object([
      "__comment__": .array(comment.map(JSONValue.string)), "__version__": .string(Self.version),
      "transform": try transform(),
    ])
    return Data((json.text + "\n").utf8)
  }

  private func transform() throws(PolicyError) -> JSONValue {
    let chances = WalkChances(
      entries.map { Double($0.probability) / Double(PolicyEntry.probabilityScale) }, count: count)
    var outcomes = [AlbumentationsTransform.nothing(weight: chances.none)]
    do {
      for (entry, chance) in zip(entries, chances.single) where chance > 0 {
        outcomes.append(try AlbumentationsTransform.json(entry, weight: chance))
      }
      for pair in chances.pairs where pair.chance > 0 {
        let both = [
          try AlbumentationsTransform.json(entries[pair.first], weight: 1),
          try AlbumentationsTransform.json(entries[pair.second], weight: 1),
        ]
        // A RandomOrder heeds its own p where it is chosen already, so a Sequential has the weight.
        let ordered = AlbumentationsTransform.list(
          "RandomOrder", both, weight: 1, ["n": .integer(2), "replace": .bool(false)])
        outcomes.append(AlbumentationsTransform.list("Sequential", [ordered], weight: pair.chance))
      }
    } catch {
      throw PolicyError(place: place, found: error.found, expected: error.expected)
    }
    let choice = AlbumentationsTransform.list("OneOf", outcomes, weight: 1)
    return AlbumentationsTransform.list("Compose", [choice], weight: 1)
  }
}
