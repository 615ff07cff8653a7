import Command
import Testing

@Suite("Words of a command line")
struct CommandWordsTests {
  @Test(
    "that name commands and give options values are taken",
    arguments: [
      [], ["train"], ["train", "--dataset", "cifar10"], ["schedule", "show", "rcifar10"], ["help"],
      ["help", "train"], ["help", "schedule", "show"], ["--version"], ["train", "--", ""],
      ["apply", "Rotate", "in.png", "out.png"], ["train", "--run=x"],
    ])
  func taken(words: [String]) {
    #expect(CommandWords(words).complaint == nil)
  }

  @Test(
    "that name no command are refused with the nearest one and all",
    arguments: [
      (["trian"], "no command is called 'trian'; did you mean `pba train`? there are quickstart, search, "),
      (
        ["schedule", "shwo"],
        "no command of `pba schedule` is called 'shwo'; did you mean `pba schedule show`?"
      ),
      (["help", "trian"], "no command of `pba help` is called 'trian'; did you mean `pba help train`?"),
      (["help", "train", "more"], "found 'more' after `pba help train`, expected nothing"),
      (["schedule", "help"], "found 'help' after `pba schedule`; did you mean `pba help schedule`?"),
      (["qqqqqqqqqqqqqqqq"], "no command is called 'qqqqqqqqqqqqqqqq'; there are quickstart, "),
    ])
  func unknown(words: [String], text: String) {
    let complaint = CommandWords(words).complaint
    #expect(complaint?.hasPrefix(text) == true, "\(complaint ?? "nothing")")
  }

  @Test(
    "that are empty are refused with the option before them",
    arguments: [
      (["train", "--run", ""], "--run: found an empty text, expected a value"),
      (["train", "--run="], "--run: found an empty text, expected a value"),
      (["apply", ""], "found an empty text after 'apply', expected a name"),
      ([""], "no command is called ''"),
    ])
  func empty(words: [String], text: String) {
    let complaint = CommandWords(words).complaint
    #expect(complaint?.hasPrefix(text) == true, "\(complaint ?? "nothing")")
  }

  @Test("are cut where they are long")
  func long() throws {
    let complaint = try #require(CommandWords([String(repeating: "a", count: 100_000)]).complaint)
    #expect(complaint.count < 500)
  }
}
