import Testing
import Text

@Suite struct CSVTests {
  @Test(arguments: [
    ("plain text", "plain text"), ("", ""), ("a,b", #""a,b""#), (#"say "x""#, #""say ""x""""#),
    ("two\nlines", "\"two\nlines\""), ("return\r", "\"return\r\""), ("é;\t'", "é;\t'"),
  ])
  func fieldsAreQuotedWhereTheyNeedIt(text: String, field: String) {
    #expect(csvField(text) == field)
  }
}
