import Foundation
import Policies
import Testing
import Text

import class TestSupport.TemporaryFolder

@Suite("Text from files")
struct TextTests {
  @Test("control characters are escaped, all else stays")
  func escapes() {
    #expect(
      printable("a\u{1B}[31mred\n\r\t\u{7F}\u{9B}\u{202E}\u{2028}\u{61C}\u{FFFE}")
        == #"a\u001b[31mred\n\r\t\u007f\u009b\u202e\u2028\u061c\ufffe"#)
    #expect(printable("Grün 漢字 🙂 \"\\") == "Grün 漢字 🙂 \"\\")
  }

  @Test("a schedule's name goes through its file unharmed, and no raw control character stands in it")
  func names() throws {
    let name = "a\u{1B}]0;x\u{7}\u{9B}\u{202E}\"\\\n"
    let schedule = try Schedule(name: name, segments: [.init(epochs: 1, policy: .searchStart)])
    let text = String(decoding: schedule.jsonData(), as: UTF8.self)
    #expect(try Schedule(jsonText: text.utf8) == schedule)
    #expect(
      text.unicodeScalars.allSatisfy { $0 == "\n" || !($0.value < 0x20 || (0x7F..<0xA0).contains($0.value)) })
    #expect(!text.contains("\u{202E}"))
  }

  @Test("a file's name is escaped in an error")
  func fileNames() {
    #expect(
      message { try Schedule(contentsOf: "/nowhere/\u{1B}[2J.json") }
        == #"/nowhere/\u001b[2J.json: found no such file, expected a file that exists"#)
  }

  @Test("only a regular file is read; a pipe does not make the program wait")
  func notRegular() throws {
    let temporary = try TemporaryFolder()
    let (folder, pipe) = (temporary.path, temporary("pipe.json"))
    #expect(mkfifo(pipe, 0o600) == 0)
    #expect(
      message { try Schedule(contentsOf: pipe) }
        == "\(pipe): found a pipe or a device, expected a regular file")
    #expect(message { try Schedule(contentsOf: folder) } == "\(folder): found a folder, expected a file")
    #expect(
      message { try Schedule(contentsOf: "/dev/null") }
        == "/dev/null: found a pipe or a device, expected a regular file")
    #expect(
      message { try Schedule(contentsOf: folder + "/none/x.json") }
        == "\(folder)/none/x.json: found no such file, expected a file that exists")
  }

  @Test("an argument is a published name first, then a path, then a name to correct")
  func load() throws {
    #expect(try Schedule.load("rsvhn") == Schedule.named("rsvhn"))
    #expect(
      try Schedule.load(fixture("two_segments.json")) == Schedule(contentsOf: fixture("two_segments.json")))
    #expect(
      message { try Schedule.load("./rsvhn") } == "./rsvhn: found no such file, expected a file that exists")
    #expect(
      message { try Schedule.load("rsvnh") }
        == "found the unknown schedule \"rsvnh\", expected one of rcifar10, rsvhn (did you mean rsvhn?)")
  }
}
