import Files
import Text

/// A policy and the order it is played in, as one word: `none`, `rcifar10`, `rcifar10@shuffled`, `learnt.json@last`.
public struct PlayedPolicy: Hashable, Sendable, CustomStringConvertible {
  /// A name, or a schedule file, as the setting `policy` takes it.
  public let policy: String
  /// How a schedule is played.
  public let order: PolicyOrder

  /// A policy, as the setting `policy` takes it, in an order.
  public init(_ policy: String, order: PolicyOrder = .schedule) {
    self.policy = policy
    self.order = order
  }

  /// Reads `POLICY` or `POLICY@ORDER`.
  ///
  /// Whether there is such a policy is not asked. Throws `PolicyError` for a word after the last `@` that is no order,
  /// unless there is a file of the whole name.
  public init(parsing text: String) throws(PolicyError) {
    let at = text.lastIndex(of: "@")
    let word = at.map { String(text[text.index(after: $0)...]) } ?? ""
    // An `@` within a path: no order has a dot or a slash.
    guard let at, !word.contains(where: { "./".contains($0) }),
      FileKind(following: text) == nil
    else {
      self.init(text)
      return
    }
    guard let order = PolicyOrder(rawValue: word) else {
      let orders = PolicyOrder.allCases.map(\.rawValue)
      throw PolicyError(
        place: "policy",
        found: "the order \(JSONValue.string(word).summary) in \(JSONValue.string(text).summary)",
        expected: "one of \(orders.joined(separator: ", "))" + nearMissHint(word, among: orders))
    }
    self.init(String(text[..<at]), order: order)
  }

  /// The words of a list whose members stand between commas.
  ///
  /// A number belongs to the word before it, as in `none,randaugment:2,14`: no policy is called by a number.
  public static func words(in list: String) -> [String] {
    var words: [String] = []
    for part in list.split(separator: ",", omittingEmptySubsequences: false) {
      if let last = words.indices.last, !part.isEmpty, part.allSatisfy(\.isNumber) {
        words[last] += "," + part
      } else {
        words.append(String(part))
      }
    }
    return words
  }

  /// How an order is written, for messages.
  public static let orderUsage =
    "SCHEDULE@shuffled draws from its policies for each image, SCHEDULE@last plays its last one throughout"

  /// Finds the policy.
  ///
  /// - Parameters:
  ///   - dataset: the dataset's name, which decides AutoAugment's policies.
  ///   - seed: the seed of the training, from which `random` draws its policy.
  /// - Returns: the policy, which can be played in the order.
  /// - Throws: `PolicyError`, also where a policy without epochs has an order.
  public func choice(dataset: String, seed: UInt64) throws(PolicyError) -> PolicyChoice {
    let choice = try PolicyChoice(policy, dataset: dataset, seed: seed)
    try choice.check(order, of: "policy")
    return choice
  }

  /// The word that `init(parsing:)` reads.
  public var description: String { order == .schedule ? policy : "\(policy)@\(order.rawValue)" }
}
