import Augmentation
import Policies
import Testing

@Suite("Published schedules")
struct PublishedScheduleTests {
  @Test("the CIFAR-10 schedule has the published lengths and final policy")
  func reducedCIFAR10() throws {
    let schedule = try Schedule.named("rcifar10")
    #expect(schedule.epochs == 200)
    #expect(
      schedule.segments.map(\.epochs) == [12, 22, 20, 20, 1, 6, 3, 27, 6, 21, 6, 9, 7, 17, 6, 12, 5])
    #expect(schedule.segments.first?.policy == .searchStart)
    let final: [(String, Int, Int)] = [
      ("Rotate", 0, 6), ("TranslateX", 6, 6), ("TranslateY", 10, 0), ("Brightness", 3, 4), ("Color", 5, 8),
      ("Invert", 0, 9), ("Sharpness", 7, 3), ("Posterize", 0, 6), ("ShearX", 0, 2), ("Solarize", 10, 5),
      ("ShearY", 10, 2), ("Equalize", 10, 6), ("AutoContrast", 10, 9), ("Cutout", 0, 8), ("Contrast", 10, 7),
      ("Rotate", 2, 7), ("TranslateX", 8, 6), ("TranslateY", 6, 7), ("Brightness", 10, 3), ("Color", 9, 4),
      ("Invert", 0, 8), ("Sharpness", 0, 1), ("Posterize", 5, 0), ("ShearX", 8, 7), ("Solarize", 3, 3),
      ("ShearY", 2, 3), ("Equalize", 0, 8), ("AutoContrast", 3, 3), ("Cutout", 5, 2), ("Contrast", 7, 6),
    ]
    let expected = try final.map {
      try PolicyEntry(operation: Operation(named: $0.0), probability: $0.1, magnitude: $0.2)
    }
    #expect(schedule.lastPolicy.entries == expected)
  }

  @Test("the SVHN schedule has the published lengths")
  func reducedSVHN() throws {
    let schedule = try Schedule.named("rsvhn")
    #expect(schedule.epochs == 160)
    #expect(schedule.segments.map(\.epochs) == [9, 15, 6, 8, 7, 24, 6, 25, 4, 4, 39, 6, 6, 1])
    #expect(schedule.segments.first?.policy == .searchStart)
  }

  @Test("probabilities rise as published")
  func means() throws {
    func percent(_ name: String) throws -> [Int] {
      try Schedule.named(name).segments.map { segment in
        let sum = segment.policy.entries.map(\.probability).reduce(0, +)
        return Int((Double(sum) / 3).rounded())
      }
    }
    #expect(try percent("rcifar10").prefix(10) == [0, 11, 18, 21, 26, 33, 42, 44, 45, 47])
    #expect(try percent("rcifar10").suffix(3) == [55, 53, 50])
    #expect(try percent("rsvhn") == [0, 10, 21, 31, 30, 41, 48, 52, 51, 55, 56, 57, 54, 64])
  }

  @Test("both keep the number of operations and say where they come from")
  func origin() throws {
    #expect(Schedule.publishedNames == ["rcifar10", "rsvhn"])
    for name in Schedule.publishedNames {
      let schedule = try Schedule.named(name)
      #expect(schedule.name == name)
      #expect(schedule.operationCount == [0.2, 0.3, 0.5])
      #expect(schedule.segments.allSatisfy { $0.policy.entries.count == 30 })
      guard case .string(let source) = schedule.provenance["source"] else {
        Issue.record("\(name) has no source")
        continue
      }
      #expect(source.contains("arcelien/pba") && source.contains("_16_wrn.txt"))
    }
  }

  @Test("an unknown name is refused with the list and the near miss")
  func unknown() {
    #expect(
      message { try Schedule.named("rcifar") }
        == "found the unknown schedule \"rcifar\", expected one of rcifar10, rsvhn (did you mean rcifar10?)")
  }
}
