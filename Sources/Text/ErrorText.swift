/// The text of an error, in which settings stand by their names.
///
/// A module does not know how its caller gives a setting: by an option, a line of a file, an argument of a function. So a
/// text marks the names, as in `"lower \(setting: "trainSize")"`, and the one who shows it replaces them by
/// ``text(subject:within:)``.
public struct ErrorText: Hashable, Sendable {
  fileprivate enum Part: Hashable {
    case text(String)
    case setting(String)
  }

  fileprivate var parts: [Part] = []

  /// A text that names no setting.
  public init(_ text: String) {
    add(.text(text))
  }

  /// Adds a part; texts beside each other become one, so that equal texts are equal however they were made.
  fileprivate mutating func add(_ part: Part) {
    if case .text(let text) = part {
      if text.isEmpty { return }
      if case .text(let before)? = parts.last {
        parts[parts.count - 1] = .text(before + text)
        return
      }
    }
    parts.append(part)
  }

  /// What an error says, its settings marked where it has some.
  public init(_ error: any Error) {
    self = (error as? any ExplainedError)?.text ?? ErrorText("\(error)")
  }

  /// The text with the names replaced.
  ///
  /// - Parameters:
  ///   - subject: what a setting is called that the text begins with.
  ///   - within: what any other setting is called.
  /// - Returns: the text to show.
  public func text(subject: (String) -> String, within: (String) -> String) -> String {
    parts.enumerated().map { place, part in
      switch part {
      case .text(let text): text
      case .setting(let name): place == 0 ? subject(name) : within(name)
      }
    }.joined()
  }

  /// Two texts, one after the other.
  public static func + (first: ErrorText, second: ErrorText) -> ErrorText {
    var result = first
    second.parts.forEach { result.add($0) }
    return result
  }
}

extension ErrorText: CustomStringConvertible {
  /// The text with the settings by their names: one that it begins with alone, others as code.
  public var description: String { text(subject: { $0 }, within: { "`\($0)`" }) }
}

extension ErrorText: ExpressibleByStringInterpolation {
  /// A text that names no setting.
  public init(stringLiteral text: String) {
    self.init(text)
  }

  /// A text with values and names of settings in it.
  public init(stringInterpolation: StringInterpolation) {
    self = stringInterpolation.text
  }

  /// Takes the parts of a text.
  public struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var text = ErrorText("")

    /// A text without parts.
    public init(literalCapacity: Int, interpolationCount: Int) {}

    /// Adds what stands between the values.
    public mutating func appendLiteral(_ literal: String) {
      text.add(.text(literal))
    }

    /// Adds a value.
    public mutating func appendInterpolation<Value>(_ value: Value) {
      text.add(.text("\(value)"))
    }

    /// Adds another text, whose settings stay marked.
    public mutating func appendInterpolation(_ other: ErrorText) {
      other.parts.forEach { text.add($0) }
    }

    /// Adds the name of a setting.
    public mutating func appendInterpolation(setting name: String) {
      text.add(.setting(name))
    }
  }
}

/// An error that may name settings.
public protocol ExplainedError: Error, CustomStringConvertible {
  /// What is wrong, in one line.
  var text: ErrorText { get }
}

extension ExplainedError {
  /// The text with the settings by their names.
  public var description: String { text.description }
}
