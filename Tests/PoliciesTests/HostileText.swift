import Testing

/// Text that is no schedule, and a part of the message it must lead to.
struct HostileText: Sendable, CustomTestStringConvertible {
  let bytes: [UInt8]
  let message: String

  init(_ text: String, _ message: String) {
    bytes = Array(text.utf8)
    self.message = message
  }

  init(_ bytes: [UInt8], _ message: String) {
    self.bytes = bytes
    self.message = message
  }

  var testDescription: String { String(decoding: bytes.prefix(20), as: UTF8.self) }
}

private func withEpochs(_ number: String) -> String {
  #"{"format": "pba-schedule", "version": 1, "name": "", "epochs": "# + number + "}"
}

extension HostileText {
  static let all = [
    HostileText("", "line 1, column 1: found the end of the text, expected a value"),
    HostileText("[]", "found a list of 0, expected a JSON object"),
    HostileText("5", "found 5, expected a JSON object"),
    HostileText("{} {}", "line 1, column 4: found \"{}\", expected the end of the text"),
    HostileText("{\"a\": 1,}", "line 1, column 9: found \"}\""),
    HostileText(String(repeating: "[", count: 1_000_000), "nesting deeper than 64"),
    HostileText(String(repeating: "{\"a\":", count: 100_000), "nesting deeper than 64"),
    HostileText(withEpochs("1e400"), "found 1e400, expected a number below"),
    HostileText(withEpochs("-0"), "epochs: found 0, expected an integer"),
    HostileText(withEpochs("-0.0"), "epochs: found -0.0, expected an integer"),
    HostileText(withEpochs("99999999999999999999"), "epochs: found 1e+20, expected an integer"),
    HostileText(withEpochs("007"), "found 007, expected a decimal number"),
    HostileText(withEpochs("1."), "found 1., expected a decimal number"),
    HostileText(withEpochs("-"), "found -, expected a decimal number"),
    HostileText(withEpochs("1e"), "found 1e, expected a decimal number"),
    HostileText(withEpochs("--1"), "found --1, expected a decimal number"),
    HostileText(withEpochs(".5"), "expected a value"),
    HostileText(withEpochs("NaN"), "expected a value"),
    HostileText(withEpochs("True"), "expected a value"),
    HostileText(withEpochs("(1, 2)"), "expected a value"),
    HostileText(withEpochs("'5'"), "expected a value"),
    HostileText(withEpochs(String(repeating: "9", count: 100_000)), "expected a number below"),
    HostileText(withEpochs("\"" + String(repeating: "x", count: 100_000) + "\""), "epochs: found \"xxx"),
    HostileText("{\"" + String(repeating: "k", count: 100_000) + "\": 1}", "format: found nothing"),
    HostileText("{\"a", "line 1, column 2: found a string without an end"),
    HostileText("\"a\nb\"", "a control character in a string"),
    HostileText("\"\\q\"", "expected an escape"),
    HostileText("\"\\", "expected an escape"),
    HostileText("\"\\u12\"", "expected 4 hexadecimal digits"),
    HostileText("\"\\ud800\"", "half of a surrogate pair"),
    HostileText("\"\\ud800 \\udc00\"", "half of a surrogate pair"),
    HostileText("\"\\ud83d\\ude00\"", "found \"\u{1F600}\", expected a JSON object"),
    HostileText("{1: 2}", "a key that is no string"),
    HostileText([0x22, 0xFF, 0x22], "bytes that are no UTF-8"),
    HostileText([0xFF, 0xFE, 0x7B], "expected a value"),
    HostileText([0xEF, 0xBB, 0xBF, 0x5B, 0x5D], "found a list of 0"),
    HostileText([0, 0, 0], "expected a value"),
  ]
}
