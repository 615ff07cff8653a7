import Reports
import Testing

@Suite struct EscapedTextTests {
  @Test func namesCannotReorderALineOrEndAnElement() {
    #expect(escapedForXML("<b>\"&\"</b>") == "&lt;b&gt;&quot;&amp;&quot;&lt;/b&gt;")
    #expect(
      escapedForXML("a\u{202E}b\u{2069}c\u{9B}d\u{1B}e\u{7F}")
        == "a\u{FFFD}b\u{FFFD}c\u{FFFD}d\u{FFFD}e\u{FFFD}")
    #expect(escapedForXML("Grün 漢字 שלום 🙂\u{85}") == "Grün 漢字 שלום 🙂\u{85}")
  }
}
