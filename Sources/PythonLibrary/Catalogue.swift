import Augmentation
import Policies
import Text

/// What this library knows by name.
enum Catalogue {
  /// Policies and operations, each with what a list shows of it.
  static var json: JSONValue {
    .object([
      "policies": .array(
        NamedPolicy.all.map {
          .object(["name": .string($0.name), "usage": .string($0.usage), "summary": .string($0.summary)])
        }),
      "operations": .array(
        Operation.catalogue.map {
          .object([
            "name": .string($0.name), "unit": .string("\($0.unit)"), "signed": .bool($0.isSigned),
            "moves_pixels": .bool($0.movement != nil),
          ])
        }),
    ])
  }
}

extension Schedule {
  /// The schedule of a text that is one; nil for a text that is no JSON object.
  init?(ifJSON text: String) throws(PolicyError) {
    guard text.first(where: { !$0.isWhitespace }) == "{" else { return nil }
    do {
      try self.init(jsonText: text.utf8)
    } catch {
      // As the content of a file, so that places in it are not taken for settings.
      throw error.inFile("policy")
    }
  }

  /// The schedule of a name, a file or a text.
  init(named policy: String) throws(PolicyError) {
    if let schedule = try Schedule(ifJSON: policy) {
      self = schedule
    } else {
      self = try Schedule.load(policy)
    }
  }
}
