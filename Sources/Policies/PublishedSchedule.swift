import Files
import Text

/// A schedule published with the PBA paper, as the table that its authors' log comes to.
struct PublishedSchedule: Sendable {
  /// Its name in this program.
  let name: String
  /// One line on where it was learnt.
  let summary: String
  /// The log file it stands in.
  let log: String
  /// For each segment its number of epochs, a colon, and 30 pairs "probability,magnitude" in the search
  /// order.
  let table: String

  static let all = [reducedCIFAR10, reducedSVHN]

  func schedule() throws(PolicyError) -> Schedule {
    var segments: [Schedule.Segment] = []
    var numbers: [Int] = []
    // Pairs of a segment follow its length, so a new length ends the segment before.
    var length: Int?
    for word in table.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
      if word.hasSuffix(":") {
        if let length { segments.append(try segment(length, numbers)) }
        length = Int(word.dropLast())
        numbers = []
      } else {
        numbers += word.split(separator: ",").compactMap { Int($0) }
      }
    }
    if let length { segments.append(try segment(length, numbers)) }
    return try Schedule(
      name: name, segments: segments,
      provenance: [
        "source": .string("github.com/arcelien/pba, commit a9cc308, \(log)"),
        "paper": .string("Ho et al., Population Based Augmentation, ICML 2019, arXiv:1905.05393"),
      ])
  }

  private func segment(_ epochs: Int, _ numbers: [Int]) throws(PolicyError) -> Schedule.Segment {
    Schedule.Segment(epochs: epochs, policy: try Policy(searchVector: numbers))
  }
}

extension PublishedSchedule {
  var policy: NamedPolicy {
    NamedPolicy(name, summary: summary) { argument, _ throws(PolicyError) in
      try argument.refuse(name)
      return .schedule(try schedule())
    }
  }
}

extension Schedule {
  /// The names of the schedules that are built in.
  public static let publishedNames = PublishedSchedule.all.map(\.name)

  /// The schedule that an argument names: a published one, or that of a file.
  ///
  /// A published name means the schedule, also where a file has the same name; `./NAME` is that file.
  /// Throws `PolicyError`, also for a policy with an order, which a schedule alone does not have.
  public static func load(_ argument: String) throws(PolicyError) -> Schedule {
    if FileKind(following: argument) == nil, let played = try? PlayedPolicy(parsing: argument),
      played.policy != argument,
      publishedNames.contains(played.policy) || FileKind(following: played.policy) == .file
    {
      throw PolicyError(
        found: "\(printable(argument)), a schedule with an order",
        expected: printable(played.policy),
        cure: "leave the order out, which only \(setting: "policy") takes")
    }
    return try isPath(argument) ? try Schedule(contentsOf: argument) : try named(argument)
  }

  /// Whether an argument that could be a name or a path is taken as a path.
  static func isPath(_ argument: String) -> Bool {
    !publishedNames.contains(argument)
      && (argument.contains("/") || argument.hasSuffix(".json")
        || FileKind(following: argument) != nil)
  }

  /// The published schedule of a name: `rcifar10` (200 epochs) or `rsvhn` (160 epochs).
  ///
  /// Throws `PolicyError` for any other name.
  public static func named(_ name: String) throws(PolicyError) -> Schedule {
    guard let published = PublishedSchedule.all.first(where: { $0.name == name }) else {
      throw PolicyError(
        found: "the unknown schedule \(JSONValue.string(name).summary)",
        expected: "one of \(publishedNames.joined(separator: ", "))"
          + nearMissHint(name, among: publishedNames))
    }
    return try published.schedule()
  }
}
