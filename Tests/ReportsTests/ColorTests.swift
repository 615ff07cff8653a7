import Augmentation
import Foundation
import Policies
import Reports
import Testing

/// A colour in linear red, green and blue, 0 to 1.
private func linear(_ hex: String) -> [Double] {
  [1, 3, 5].map { place in
    let start = hex.index(hex.startIndex, offsetBy: place)
    let value = Double(Int(hex[start..<hex.index(start, offsetBy: 2)], radix: 16) ?? 0) / 255
    return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
  }
}

private func product(_ matrix: [[Double]], _ vector: [Double]) -> [Double] {
  matrix.map { zip($0, vector).map(*).reduce(0, +) }
}

/// Oklab of a linear colour (Ottosson 2020).
private func oklab(_ linear: [Double]) -> [Double] {
  let cones = product(
    [
      [0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ], linear.map { min(max($0, 0), 1) })
  return product(
    [
      [0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.8086757660],
    ], cones.map(cbrt))
}

/// What eyes see: all colours, or without one kind of cone (Machado, Oliveira and Fernandes 2009, severity 1).
private let visions: [String: [[Double]]] = [
  "trichromat": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  "protanope": [
    [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998],
  ],
  "deuteranope": [
    [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881],
  ],
  "tritanope": [
    [1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900],
  ],
]

@Suite struct ColorTests {
  @Test func everyOperationHasAColour() {
    #expect(OperationColors.all.count == Operation.catalogue.count)
    for operation in Operation.catalogue {
      #expect(StyleSheet.rules(.light).contains(".\(OperationColors.style(of: operation)){fill:#"))
    }
  }

  @Test(arguments: visions.keys.sorted())
  func operationsAreDistinguishable(_ vision: String) throws {
    let matrix = try #require(visions[vision])
    let seen = OperationColors.all.map { oklab(product(matrix, linear($0))) }
    func distance(_ first: Int, _ second: Int) -> Double {
      zip(seen[first], seen[second]).map { ($0 - $1) * ($0 - $1) }.reduce(0, +).squareRoot()
    }
    let pba = SearchSpace.pba.operations.count
    try #require(SearchSpace.pba.operations == Array(Operation.catalogue.prefix(pba)))
    for first in seen.indices {
      for second in seen.indices where second > first {
        let areNeighbours = second == first + 1
        let least =
          second < pba ? (areNeighbours ? 0.19 : 0.1) : first >= pba ? (areNeighbours ? 0.13 : 0.075) : 0.05
        #expect(
          distance(first, second) >= least, "\(Operation.catalogue[first]), \(Operation.catalogue[second])")
      }
    }
  }

  /// The contrast of two colours (WCAG 2, 1.4.3).
  private func contrast(_ first: String, _ second: String) -> Double {
    let luminances = [first, second].map { hex in
      zip([0.2126, 0.7152, 0.0722], linear(hex)).map(*).reduce(0, +) + 0.05
    }
    return (luminances.max() ?? 0) / (luminances.min() ?? 1)
  }

  @Test(arguments: [Palette.light, Palette.dark])
  func textStandsOutFromThePaper(_ palette: Palette) {
    for color in [palette.ink, palette.faint, palette.accent, palette.second] {
      #expect(contrast(color, palette.paper) >= 4.5, "\(color) on \(palette.paper)")
    }
    #expect(contrast(palette.axis, palette.paper) >= 3, "\(palette.axis) on \(palette.paper)")
  }
}
