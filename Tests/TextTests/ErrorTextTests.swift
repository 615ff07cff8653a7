import Testing
import Text

private struct NoRoom: ExplainedError {
  let count: Int

  var text: ErrorText { "there is no room for \(count) images; lower \(setting: "trainSize")" }
}

/// What a command line makes of a text.
private func shown(_ text: ErrorText) -> String {
  text.text(subject: { "<\($0)>" }, within: { "--\($0)" })
}

@Suite("The text of an error")
struct ErrorTextTests {
  @Test("has the settings by their names")
  func names() {
    let text: ErrorText = "\(setting: "epochs"): found 0; give \(setting: "epochs") 1 or more"
    #expect(text.description == "epochs: found 0; give `epochs` 1 or more")
    #expect(shown(text) == "<epochs>: found 0; give --epochs 1 or more")
  }

  @Test("is put together of texts, whose settings stay marked")
  func parts() {
    let cure: ErrorText = "lower \(setting: "trainSize")"
    #expect(shown("too many images; \(cure)") == "too many images; lower --trainSize")
    #expect(shown("too many images; " + cure) == "too many images; lower --trainSize")
    #expect(shown(cure + ", or raise the limit") == "lower --trainSize, or raise the limit")
    // What was the subject of a text is none in the middle of another.
    let other: ErrorText = "\(setting: "epochs"): found 0"
    #expect(shown("trial 3: \(other)") == "trial 3: --epochs: found 0")
  }

  @Test("equals another with the same parts, however it was made")
  func equality() {
    let number = 32
    let text: ErrorText = "at most \(number) of " + "\(setting: "epochs")"
    #expect(text == "at most 32 of \(setting: "epochs")")
    #expect(ErrorText("at most 32") == "at most \(number)")
    #expect(text != "at most 32 of epochs")
    #expect(text != "at most 32 of \(setting: "seeds")")
  }

  @Test("keeps the settings of another error where it is asked to")
  func errors() {
    let error = NoRoom(count: 3)
    #expect(error.description == "there is no room for 3 images; lower `trainSize`")
    #expect(shown(ErrorText(error)) == "there is no room for 3 images; lower --trainSize")
    #expect(shown("trial 3: \(error)") == "trial 3: there is no room for 3 images; lower `trainSize`")
    #expect(
      shown("trial 3: \(ErrorText(error))") == "trial 3: there is no room for 3 images; lower --trainSize")
    #expect(shown(ErrorText(CancellationError())) == "CancellationError()")
  }
}
