import Augmentation
import Policies
import Testing

@Suite struct ScaledOperationTests {
  @Test(arguments: Operation.catalogue) func ownScaleIsThatOfTheOperation(operation: Operation) {
    let scaled = ScaledOperation(operation)
    #expect(scaled.magnitudes == 0...9)
    #expect(scaled.isSigned == operation.isSigned)
    for magnitude in 0...9 {
      #expect(scaled.parameter(magnitude: magnitude) == operation.parameter(magnitude: magnitude))
    }
  }

  @Test func stepsAreEqualAndEndsExact() throws {
    let turn = try ScaledOperation(.rotate, from: 0, to: 270, steps: 4, isSigned: false)
    #expect(turn.magnitudes.map { turn.parameter(magnitude: $0) } == [0, 90, 180, 270])
    let shear = try ScaledOperation(.shearX, from: 0.1, to: 0.7, steps: 7)
    #expect(shear.parameter(magnitude: 0) == 0.1 && shear.parameter(magnitude: 6) == 0.7)
    #expect(abs(shear.parameter(magnitude: 3) - 0.4) < 1e-12)
    #expect(try ScaledOperation(.rotate, from: 90, to: 90, steps: 1).magnitudes == 0...0)
  }

  @Test func whatCountsWholeThingsIsRounded() throws {
    let bits = try ScaledOperation(.posterize, from: 8, to: 1)
    #expect(bits.magnitudes.map { bits.parameter(magnitude: $0) } == [8, 7, 6, 6, 5, 4, 3, 3, 2, 1])
    let square = try ScaledOperation(.cutout, from: 0, to: 20, steps: 5)
    #expect(square.magnitudes.map { square.parameter(magnitude: $0) } == [0, 6, 10, 16, 20])
    let quality = try ScaledOperation(.jpegCompression, from: 90, to: 15, steps: 5)
    #expect(quality.magnitudes.map { quality.parameter(magnitude: $0) } == [90, 71, 53, 34, 15])
    // A radius is a length in pixels, but any one.
    let radius = try ScaledOperation(.gaussianBlur, from: 0, to: 1.25, steps: 6)
    #expect(radius.magnitudes.map { radius.parameter(magnitude: $0) } == [0, 0.25, 0.5, 0.75, 1, 1.25])
    // Every strength is one that the operation takes, whatever the bounds are.
    for steps in 2...ScaledOperation.mostSteps {
      for operation in [Operation.solarize, .translateX, .cutout] {
        let scaled = try ScaledOperation(operation, from: 16, to: 254, steps: steps)
        for magnitude in scaled.magnitudes {
          let parameter = scaled.parameter(magnitude: magnitude)
          #expect((16...254).contains(parameter))
          #expect(parameter.truncatingRemainder(dividingBy: Double(operation.grain)) == 0)
        }
      }
    }
  }

  @Test func stepsOfAProgramHaveBothDirectionsOrOne() throws {
    func step(_ isSigned: Bool?, _ scalesPixels: Bool = true) throws -> AugmentationProgram.Step {
      let space = try SearchSpace(
        name: "x", scalesPixels: scalesPixels,
        choices: [
          .init(ScaledOperation(.translateX, from: 2, to: 6, steps: 3, isSigned: isSigned), entries: 1)
        ])
      let entry = try PolicyEntry(space.scaledEntries[0], probability: 5, magnitude: 2)
      let program = Policy(entries: [entry]).program().scaled(by: PixelScale(width: 64, height: 64))
      return program.alternatives[0].steps[0]
    }
    let signed = try step(nil)
    #expect(signed.parameter == 12 && signed.opposite == -12)
    #expect(signed.magnitude == 2 && signed.probability == 0.5)
    #expect(try step(false).opposite == nil)
    // Lengths of a space that says so stay as they are.
    #expect(try step(nil, false).parameter == 6)
  }

  @Test func theLongestLengthsStayWithinWhatAnOperationTakes() throws {
    for operation in Operation.catalogue where operation.unit == .pixels {
      let longest = operation.parameters.upperBound
      let scaled = try ScaledOperation(operation, from: 0, to: longest, steps: 2)
      let entry = try PolicyEntry(scaled, probability: 10, magnitude: 1)
      let space = try SearchSpace(name: "x", choices: [.init(scaled, entries: 1)])
      let schedule = try Schedule(
        name: "x", space: space, segments: [.init(epochs: 1, policy: Policy(entries: [entry]))])
      let program = schedule.program(atEpoch: 0).scaled(by: PixelScale(width: 224, height: 300))
      #expect(program.alternatives[0].steps[0].parameter == longest)
    }
  }

  @Test(arguments: [
    (
      Operation.rotate, 0.0, 361.0, 10,
      "highest: found 361, expected degrees from -360 to 360, which Rotate takes"
    ),
    (.rotate, .nan, 1, 10, "lowest: found nan, expected degrees from -360 to 360, which Rotate takes"),
    (
      .rotate, 0, -.infinity, 10, "highest: found -inf, expected degrees from -360 to 360, which Rotate takes"
    ),
    (.posterize, 4.5, 1, 10, "lowest: found 4.5, expected a whole number of bits"),
    (
      .cutout, 0, 7, 8,
      "highest: found 7, expected a multiple of 2, as Cutout takes effect in steps of that many pixels"
    ),
    (.rotate, 0, 10, 1, "steps: found 1, expected an integer from 2 to 100"),
    (.rotate, 0, 10, 101, "steps: found 101, expected an integer from 2 to 100"),
    (.rotate, 0, 10, .max, "steps: found 9223372036854775807, expected an integer from 2 to 100"),
    (.rotate, 5, 5, 3, "steps: found 3, expected 1, as lowest and highest are the same"),
    (
      .invert, 0, 1, 2,
      "lowest: found a bound of Invert, which has no parameter, expected no bounds there: how often it happens is all that"
        + " a search chooses"
    ),
  ])
  func refusesBoundsWithoutMeaning(
    operation: Operation, lowest: Double, highest: Double, steps: Int, expected: String
  ) {
    #expect(message { try ScaledOperation(operation, from: lowest, to: highest, steps: steps) } == expected)
  }

  @Test func refusesADirectionThatThereIsNot() {
    let words = "signed: found true, expected false: Brightness has no other direction"
    #expect(message { try ScaledOperation(.brightness, isSigned: true) } == words)
    #expect(message { try ScaledOperation(.brightness, from: 0.5, to: 1.5, isSigned: true) } == words)
  }

  @Test func entriesKeepToTheirScale() throws {
    let turn = try ScaledOperation(.rotate, from: 0, to: 270, steps: 4, isSigned: false)
    let text = message { try PolicyEntry(turn, probability: 0, magnitude: 4) }
    #expect(text == "magnitude: found 4, expected an integer from 0 to 3")
    let entry = try PolicyEntry(turn, probability: 10, magnitude: 3)
    #expect(entry.parameter == 270 && entry.magnitudes == 0...3)
    #expect(try entry != PolicyEntry(operation: .rotate, probability: 10, magnitude: 3))
  }
}
