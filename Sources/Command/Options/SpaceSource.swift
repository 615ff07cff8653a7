import ArgumentParser
import Files
import Policies
import Spaces
import Text

/// Where a search space comes from: a name, a YAML or JSON file, or a JSON object as it is.
package struct SpaceSource: RawRepresentable, Hashable, Sendable {
  /// A name, the path of a file, or the text of an object.
  package let rawValue: String

  /// Takes it as it was typed.
  package init(rawValue: String) { self.rawValue = rawValue }

  private var isObject: Bool { rawValue.drop(while: \.isWhitespace).hasPrefix("{") }

  /// The space.
  ///
  /// A name means the space that comes with the program, also where a file has the same name; `./NAME` is that file.
  /// Throws `PolicyError` for an unknown name, or with the file and the place in it.
  package func space() throws -> SearchSpace {
    if isObject {
      do {
        return try SearchSpace(jsonText: rawValue.utf8)
      } catch {
        let place = error.place.isEmpty ? "" : error.place + ": "
        throw SettingsError(
          "\(setting: "space"): \(place)found \(error.found), expected \(error.expected)")
      }
    }
    if let ready = try ready() { return ready.space }
    let path = HomeFolder().expanding(rawValue)
    if FileKind(following: path) != nil || rawValue.contains("/") || rawValue.contains(".") {
      do {
        return try SearchSpace(contentsOf: path)
      } catch let error as FileError where error.isAboutMissingFile {
        throw PolicyError(
          place: "space", found: "\(printable(rawValue)), where there is no file",
          expected: "a file that exists; a path counts from the working folder")
      }
    }
    let names = try ReadySpace.names()
    throw PolicyError(
      place: "space", found: JSONValue.string(rawValue).summary,
      expected: "\(ReadySpace.usual), one of \(names.joined(separator: ", ")), or a YAML file"
        + nearMissHint(rawValue, among: names + [ReadySpace.usual]))
  }

  /// Notes that a file of the same name as a space of the program is not read.
  package func noteFileOfSameName() throws {
    guard try ready() != nil, FileKind(following: rawValue) == .file else { return }
    printNote(
      "\(rawValue) is the space that comes with the program; the file of that name is given as ./\(rawValue)")
  }

  /// The space of the program that it names; nil where it names none.
  package func ready() throws -> ReadySpace? { isObject ? nil : try ReadySpace(named: rawValue) }

  /// What a run's settings say of it: nothing for PBA's space, as before there was a choice.
  package func recorded() throws -> SearchSpace? {
    let space = try space()
    return space.isPBA ? nil : space
  }
}

extension SpaceSource: SettingValue, ExpressibleByArgument {
  package static var expected: String { "a name, the path of a file, or a JSON object in quotes" }
}
