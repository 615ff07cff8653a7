import Augmentation
import Datasets
import Foundation
import Images
import Testing

@Suite struct ChannelStatisticsTests {
  @Test func measuresEachColour() {
    // Red 0 and 255, green 51 and 153, blue 204 twice.
    let images = ImageStack(count: 2, height: 1, width: 1, pixels: [0, 51, 204, 255, 153, 204])
    let statistics = ChannelStatistics(of: images)
    #expect(statistics.mean == [0.5, 0.4, 0.8])
    #expect(statistics.standardDeviation.prefix(2) == [0.5, 0.2])
  }

  @Test func aConstantColourIsNormalisedToNothing() {
    let statistics = ChannelStatistics(
      of: ImageStack(count: 1, height: 1, width: 2, pixels: [77, 0, 255, 77, 0, 255]))
    #expect(statistics.standardDeviation == [1, 1, 1])
    #expect(statistics.mean == [Float(77.0 / 255), 0, 1])
  }

  @Test func survivesJSONAndRefusesWhatCannotNormalise() throws {
    let statistics = ChannelStatistics(mean: [0.1, 0.2, 0.3], standardDeviation: [0.4, 0.5, 0.6])
    let json = try JSONEncoder().encode(statistics)
    #expect(try JSONDecoder().decode(ChannelStatistics.self, from: json) == statistics)
    for deviation in ["[0.4, 0, 0.6]", "[0.4, 0.5]"] {
      let text = "{\"mean\": [0.1, 0.2, 0.3], \"standardDeviation\": \(deviation)}"
      #expect(throws: DecodingError.self) {
        try JSONDecoder().decode(ChannelStatistics.self, from: Data(text.utf8))
      }
    }
  }

  @Test func doesNotDependOnTheOrder() {
    let rows = (0..<50).map { (row: Int) -> [UInt8] in
      (0..<48).map { (byte: Int) -> UInt8 in UInt8((row * 91 + byte * byte * 5) % 256) }
    }
    let forwards = ImageStack(count: 50, height: 4, width: 4, pixels: Array(rows.joined()))
    let backwards = ImageStack(count: 50, height: 4, width: 4, pixels: Array(rows.reversed().joined()))
    #expect(ChannelStatistics(of: forwards) == ChannelStatistics(of: backwards))
  }
}
