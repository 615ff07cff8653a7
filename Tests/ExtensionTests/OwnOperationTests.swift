import Augmentation
import Images
import Policies
import PopulationBasedTraining
import Reports
import TestSupport
import Testing

/// An operation that the program does not know, wherever an operation has a place.
@Suite struct OwnOperationTests {
  private let image = RGBAImage(width: 4, height: 3, rgb: (0..<36).map { UInt8($0 * 7) })

  private func schedule() throws -> Schedule {
    try Schedule(
      name: "own",
      segments: [
        .init(epochs: 2, policy: SearchSpace.own.start),
        .init(
          epochs: 3,
          policy: Policy(
            entries: try SearchSpace.own.entries.enumerated().map {
              try PolicyEntry(operation: $1, probability: $0 + 1, magnitude: 9 - $0)
            })),
      ])
  }

  @Test func isAppliedToAnImageByEverySetOfInstructions() {
    for set in InstructionSet.available {
      let red = image.applying(.redden, parameter: 100, center: (0, 0), on: set)
      for place in 0..<12 {
        #expect(red.pixels[4 * place] == max(100, image.pixels[4 * place]))
        #expect(red.pixels[4 * place + 1..<4 * place + 4] == image.pixels[4 * place + 1..<4 * place + 4])
      }
      let pierced = image.applying(.pinhole, parameter: 0, center: (2, 1), on: set)
      #expect((0..<12).filter { pierced.pixels[4 * $0 + 3] == 0 } == [6])
    }
  }

  @Test func worksInAProgramOnBatches() {
    let program = AugmentationProgram(alternatives: [
      .init(
        steps: [
          .init(operation: .redden, probability: 1, magnitude: 4),
          .init(operation: .invert, probability: 1, magnitude: 0),
          .init(operation: .pinhole, probability: 1, magnitude: 0),
        ], countDistribution: nil)
    ])
    let images = ImageStack(count: 5, height: 3, width: 4, pixels: (0..<180).map { UInt8($0) })
    let augmenter = BatchAugmenter(
      program: program,
      tail: BatchTail(mean: [0, 0, 0], standardDeviation: [1, 1, 1], layout: .nhwc), seed: 3, trial: 1)
    var batches: [[Float]] = []
    for threads in [1, 3] {
      var batch = [Float](repeating: .nan, count: 180)
      batch.withUnsafeMutableBufferPointer {
        augmenter.write(samples: [0, 1, 2, 3, 4], of: images, epoch: 2, into: $0, threads: threads)
      }
      batches.append(batch)
    }
    #expect(batches[0] == batches[1])
    var holes: Set<Int> = []
    for sample in 0..<5 {
      let preview = augmenter.preview(sample: sample, of: images, epoch: 2)
      #expect(preview.applied.map(\.operation) == [.redden, .invert, .pinhole])
      #expect(preview.applied[0].parameter == 100)
      let center = preview.applied[2].center.map { $0.y * 4 + $0.x } ?? -1
      holes.insert(center)
      for place in 0..<12 {
        for channel in 0..<3 {
          let old = Int(images.pixels[sample * 36 + place * 3 + channel])
          let new = 255 - (channel == 0 ? max(old, 100) : old)
          // A pixel without data has the mean colour.
          let expected = place == center ? 0 : Float(Double(new) / 255)
          #expect(batches[0][sample * 36 + place * 3 + channel] == expected)
        }
      }
    }
    #expect(holes.count > 1)
  }

  @Test func belongsToASpaceOfItsOwn() throws {
    #expect(SearchSpace.own.entries == [.redden, .rotate, .pinhole, .redden, .rotate, .pinhole])
    #expect(SearchSpace.own.start.entries.allSatisfy { $0.probability == 0 && $0.magnitude == 0 })
    var random = RandomStream(seed: 5, domain: .explore)
    let drawn = SearchSpace.own.random(using: &random)
    #expect(drawn.entries.map(\.operation) == SearchSpace.own.entries)
    let explored = PolicyPerturbation().perturb(drawn, using: &random)
    #expect(explored.entries.map(\.operation) == SearchSpace.own.entries)
    #expect(explored != drawn)
  }

  @Test(arguments: ScheduleFigure.allCases) func standsInAPictureOfASchedule(figure: ScheduleFigure) throws {
    let picture = figure(try schedule())
    #expect(picture.table.heads.suffix(2) == ["Redden", "Pinhole"])
    // Two entries of Redden: probabilities 0.1 and 0.4, magnitudes 9 and 6.
    #expect(picture.table.rows.map { $0[$0.count - 2] } == ["–", "0.25 at 7.5"])
    let svg = picture.drawing.svg()
    for operation in [Operation.redden, .pinhole] {
      let style = OperationColors.style(of: operation)
      #expect(svg.contains(">\(operation.name)</text>"))
      #expect(svg.contains("class=\"\(style)\""))
      #expect(svg.contains(".\(style){fill:#"))
    }
    #expect(OperationColors.style(of: .redden) != OperationColors.style(of: .pinhole))
  }

  /// A file names operations only; what the name means stands in no file.
  @Test func isAnErrorWhereAFileNamesIt() throws {
    let data = try schedule().jsonData()
    let text = message(of: PolicyError.self) { try Schedule(jsonText: data) }
    #expect(text.hasPrefix("segments[0].policy[0].operation: found \"Redden\", expected one of Rotate, "))
    #expect(throws: AugmentationError.self) { try Operation(named: "Redden") }
  }
}
