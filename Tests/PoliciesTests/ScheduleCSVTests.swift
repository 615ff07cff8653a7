import Foundation
import Policies
import Testing

extension Schedule {
  fileprivate var csv: String {
    var text = Data()
    writeCSV { text.append($0) }
    return String(decoding: text, as: UTF8.self)
  }
}

@Suite("A schedule as comma-separated values") struct ScheduleCSVTests {
  @Test("has a line for each epoch and entry", arguments: [("rcifar10", 200), ("rsvhn", 160)])
  func lines(name: String, epochs: Int) throws {
    let lines = try Schedule.named(name).csv.split(separator: "\n")
    #expect(lines.count == 1 + 30 * epochs)
    #expect(lines[0] == "epoch,entry,operation,probability,magnitude")
    #expect(lines[1] == "1,1,Rotate,0.0,0")
    #expect(lines.last?.hasPrefix("\(epochs),30,Contrast,") == true)
  }

  @Test("has the published numbers of the last epoch")
  func numbers() throws {
    let lines = try Schedule.named("rcifar10").csv.split(separator: "\n").suffix(30).map(String.init)
    #expect(lines[1] == "200,2,TranslateX,0.6,6")
    #expect(lines[15] == "200,16,Rotate,0.2,7")
  }

  @Test("changes policy between the segments' epochs")
  func bounds() throws {
    let schedule = try Schedule.named("rcifar10")
    let lines = schedule.csv.split(separator: "\n").map(String.init)
    let first = schedule.segments[0].epochs
    func policy(_ epoch: Int) -> [String] {
      lines.filter { $0.hasPrefix("\(epoch),") }.map { String($0.drop { $0 != "," }) }
    }
    #expect(policy(1) == policy(first))
    #expect(policy(first) != policy(first + 1))
  }

  @Test("comes in pieces of moderate size, however long the schedule is")
  func pieces() throws {
    let long = try Schedule.named("rcifar10").stretched(to: 20_000)
    var (count, largest, lines) = (0, 0, 0)
    long.writeCSV { piece in
      count += 1
      largest = max(largest, piece.count)
      lines += piece.count { $0 == UInt8(ascii: "\n") }
      #expect(piece.last == UInt8(ascii: "\n"))
    }
    #expect(lines == 1 + 30 * 20_000)
    #expect(count > 10 && largest < 2 << 20)
  }
}
