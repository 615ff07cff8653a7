import Foundation
import Interop
import TestSupport
import Testing

@Suite struct TensorBoardFolderTests {
  private let temporary: TemporaryFolder
  private var place: String { temporary("board") }

  init() throws { temporary = try TemporaryFolder() }

  private func point(_ step: Int) -> ScalarPoint {
    ScalarPoint(step: step, scalars: [ScalarPoint.Scalar("x", 0.5)])
  }

  private func record(_ step: Int, time: Double) -> Data {
    Data(EventRecord.scalars(point(step), time: time))
  }

  @Test func pointsGoToTheFilesOfTheirGroups() throws {
    var folder = TensorBoardFolder(place) { 7.25 }
    try folder.append([("a", point(1)), ("b", point(1)), ("a", point(2))])
    try folder.append([("a", point(3)), ("", point(9))])
    #expect(try temporary.names(in: "board") == ["a", "b", "events.out.tfevents.7.pba"])
    let version = Data(EventRecord.fileVersion(time: 7.25))
    let a = FileManager.default.contents(atPath: place + "/a/events.out.tfevents.7.pba")
    #expect(a == (1...3).reduce(version) { $0 + record($1, time: 7.25) })
    let top = FileManager.default.contents(atPath: place + "/events.out.tfevents.7.pba")
    #expect(top == version + record(9, time: 7.25))
  }

  @Test func restoringReplacesWhatAnEarlierSessionLeft() throws {
    var earlier = TensorBoardFolder(place) { 7 }
    try earlier.append([("a", point(1)), ("b", point(1)), ("", point(1))])
    try Data("mine".utf8).write(to: URL(fileURLWithPath: place + "/a/note.txt"))
    var later = TensorBoardFolder(place) { 8 }
    try later.restore([("a", point(2))])
    #expect(try temporary.names(in: "board") == ["a", "b"])
    #expect(try temporary.names(in: "board/a") == ["events.out.tfevents.8.pba", "note.txt"])
    #expect(try temporary.names(in: "board/b") == [])
    let found = FileManager.default.contents(atPath: place + "/a/events.out.tfevents.8.pba")
    #expect(found == Data(EventRecord.fileVersion(time: 8)) + record(2, time: 8))
  }
}
