import Interop
import Testing

/// What the Python package `tensorboard` 2.21 writes for the same events.
@Suite struct EventRecordTests {
  private func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  @Test func aFrameHasLengthAndChecks() {
    #expect(hexadecimal(RecordFrame.bytes(Array("abc".utf8))) == "0300000000000000b099490e6162636e57f121")
  }

  @Test func theFirstRecordTellsTheVersion() {
    #expect(
      hexadecimal(EventRecord.fileVersion(time: 1.5))
        == "1800000000000000a37f4b2209000000000000f83f1a0d627261696e2e4576656e743a322a28646c")
  }

  @Test func aPointIsASummary() {
    let point = ScalarPoint(step: 300, scalars: [ScalarPoint.Scalar("accuracy/train", 0.25)])
    #expect(
      hexadecimal(EventRecord.scalars(point, time: 1.5))
        == "2500000000000000eabc36f309000000000000f83f10ac022a170a150a0e61636375726163792f747261696e"
        + "150000803e9dbe919e")
  }
}
