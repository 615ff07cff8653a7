import Augmentation
import Foundation
import Policies
import Testing

@Suite("Choosing a policy")
struct PolicyChoiceTests {
  @Test("none leaves images alone")
  func none() throws {
    let choice = try PolicyChoice("none", dataset: "cifar10", seed: 0)
    #expect(try choice.program(epoch: 0, totalEpochs: 10) == .none)
    #expect(choice.schedule == nil)
    #expect(choice.cutoutRule == .off)
  }

  @Test("cutout is the tail's Cutout and nothing else")
  func cutout() throws {
    for (argument, rule) in [("cutout", CutoutRule.required), ("cutout:20", .side(20))] {
      let choice = try PolicyChoice(argument, dataset: "cifar10", seed: 0)
      #expect(try choice.program(epoch: 0, totalEpochs: 10) == .none)
      #expect(choice.cutoutRule == rule)
    }
  }

  @Test(
    "every other policy leaves Cutout to the recipe",
    arguments: NamedPolicy.all.map(\.name).filter { $0 != "none" && $0 != "cutout" })
  func cutoutOfRecipe(name: String) throws {
    let choice = try PolicyChoice(name, dataset: "cifar10", seed: 0)
    #expect(choice.cutoutRule == .ofRecipe)
    #expect(try !choice.program(epoch: 0, totalEpochs: 1).alternatives.isEmpty)
  }

  @Test(
    "AutoAugment's policies depend on the dataset",
    arguments: [("cifar10", 95), ("svhn-full", 25), ("bundled", 95)])
  func autoAugment(dataset: String, count: Int) throws {
    let choice = try PolicyChoice("autoaugment", dataset: dataset, seed: 0)
    let program = try choice.program(epoch: 3, totalEpochs: 10)
    #expect(program.alternatives.count == count)
    #expect(program == (try AutoAugment.program(AutoAugment.Source(dataset: dataset))))
    for (source, expected) in [("cifar10", 95), ("svhn", 25)] {
      let named = try PolicyChoice("autoaugment:\(source)", dataset: dataset, seed: 0)
      #expect(try named.program(epoch: 0, totalEpochs: 1).alternatives.count == expected)
    }
  }

  @Test("AutoAugment applies two operations in order, each by its own probability")
  func autoAugmentSteps() throws {
    let cifar = try AutoAugment.program(.cifar10).alternatives
    let svhn = try AutoAugment.program(.svhn).alternatives
    for alternative in cifar + svhn {
      #expect(alternative.steps.count == 2)
      #expect(alternative.countDistribution == nil)
      #expect(alternative.weight == 1)
      #expect(alternative.steps.allSatisfy { (0...1).contains($0.probability) })
    }
    let first = [
      AugmentationProgram.Step(operation: .invert, probability: 0.1, magnitude: 7),
      AugmentationProgram.Step(operation: .contrast, probability: 0.2, magnitude: 6),
    ]
    #expect(cifar.first?.steps == first)
    let last = [
      AugmentationProgram.Step(operation: .shearX, probability: 0.7, magnitude: 2),
      AugmentationProgram.Step(operation: .invert, probability: 0.1, magnitude: 5),
    ]
    #expect(svhn.last?.steps == last)
  }

  /// The expected numbers were computed from the published lists by another program: each operation's place in the order
  /// of the search, its probability in tenths and its magnitude, as the digits of one number to the base 1,000,003.
  @Test(
    "AutoAugment's lists are the published ones",
    arguments: [
      (AutoAugment.Source.cifar10, UInt64(1167773860089330358)), (.svhn, UInt64(2035898131660463655)),
    ])
  func autoAugmentNumbers(source: AutoAugment.Source, expected: UInt64) throws {
    var number: UInt64 = 0
    for step in try AutoAugment.program(source).alternatives.flatMap(\.steps) {
      let place = try #require(OriginalLayout.operations.firstIndex(of: step.operation))
      let magnitude = try #require(step.magnitude)
      let digit = place * 1000 + Int((step.probability * 10).rounded()) * 10 + magnitude
      number = (number &* 1_000_003 &+ UInt64(digit)) % (1 << 61)
    }
    #expect(number == expected)
  }

  @Test("a published schedule is stretched to the training")
  func published() throws {
    let choice = try PolicyChoice("rcifar10", dataset: "cifar10", seed: 0)
    let schedule = try Schedule.named("rcifar10")
    #expect(choice.schedule == schedule)
    for order in PolicyOrder.allCases {
      for epoch in [0, 7, 29] {
        #expect(
          try choice.program(epoch: epoch, totalEpochs: 30, order: order, width: 32, height: 32)
            == schedule.stretched(to: 30).program(atEpoch: epoch, order: order))
      }
    }
    #expect(
      message { try choice.program(epoch: 0, totalEpochs: 0) }
        == "epochs: found 0, expected an integer from 1 to 1000000")
  }

  @Test("random is one policy for the whole training, drawn from the seed")
  func random() throws {
    func program(seed: UInt64, epoch: Int) throws -> AugmentationProgram {
      try PolicyChoice("random", dataset: "cifar10", seed: seed)
        .program(epoch: epoch, totalEpochs: 20)
    }
    #expect(try program(seed: 1, epoch: 0) == program(seed: 1, epoch: 19))
    #expect(try program(seed: 1, epoch: 0) != program(seed: 2, epoch: 0))
    #expect(try program(seed: 1, epoch: 0).alternatives.first?.steps.count == 30)
    #expect(try program(seed: 1, epoch: 0).alternatives.first?.countDistribution == [0.2, 0.3, 0.5])
  }

  @Test("a schedule file is read")
  func file() throws {
    let path = fixture("two_segments.json")
    let choice = try PolicyChoice(path, dataset: "cifar10", seed: 0)
    #expect(choice.schedule == (try Schedule(contentsOf: path)))
    #expect(
      message { try PolicyChoice("missing.json", dataset: "cifar10", seed: 0) }
        == "missing.json: found no such file, expected a file that exists")
  }

  @Test("RandAugment takes its two numbers, 2 and 9 unless given, and the size of the images")
  func randAugment() throws {
    for (argument, count, magnitude) in [("randaugment", 2, 9), ("randaugment:3,30", 3, 30)] {
      let choice = try PolicyChoice(argument, dataset: "cifar10", seed: 0)
      #expect(
        try choice.program(epoch: 5, totalEpochs: 9, order: .schedule, width: 40, height: 24)
          == RandAugment.program(count: count, magnitude: magnitude, width: 40, height: 24))
    }
  }

  @Test(
    "lengths in pixels follow the size of the images where that is asked for, once",
    arguments: [
      "rcifar10", "autoaugment", "randaugment", "trivialaugment", "trivialaugment-wide", "random", "none",
    ])
  func scaled(argument: String) throws {
    let choice = try PolicyChoice(argument, dataset: "cifar10", seed: 0)
    func steps(_ width: Int, _ height: Int, _ scale: PixelScale) throws -> [AugmentationProgram.Step] {
      try choice.program(
        epoch: 100, totalEpochs: 200, order: .schedule, width: width, height: height, scale: scale
      ).alternatives.flatMap(\.steps)
    }
    let (small, large) = (try steps(32, 32, .none), try steps(64, 64, PixelScale(width: 64, height: 64)))
    #expect(small.count == large.count)
    for (before, after) in zip(small, large) {
      #expect(after.operation == before.operation)
      // Translations of a share of the image, or of so many pixels, are cut off to whole ones.
      let tolerance = before.magnitude == nil && before.operation.unit == .pixels ? 1.0 : 0
      let factor = before.operation.unit == .pixels ? 2.0 : 1
      #expect(abs(after.parameter - factor * before.parameter) <= tolerance, "\(before.operation)")
    }
  }

  @Test("TrivialAugment has its two spaces")
  func trivialAugment() throws {
    for (argument, space) in [
      ("trivialaugment", TrivialAugment.Space.standard), ("trivialaugment-wide", .wide),
    ] {
      let choice = try PolicyChoice(argument, dataset: "cifar10", seed: 0)
      #expect(
        try choice.program(epoch: 5, totalEpochs: 9)
          == TrivialAugment.program(space, width: 32, height: 32))
    }
  }

  @Test("only a schedule can be played in another order")
  func order() throws {
    for name in NamedPolicy.all.map(\.name) {
      let choice = try PolicyChoice(name, dataset: "cifar10", seed: 0)
      try choice.check(.schedule, of: "policyOrder")
      for order in [PolicyOrder.shuffled, .last] {
        let expected =
          choice.schedule == nil
          ? "policyOrder: found \(order.rawValue) for \"\(name)\", "
            + "expected a schedule to reorder: this policy is the same in every epoch" : "no error, but ()"
        #expect(message { try choice.check(order, of: "policyOrder") } == expected)
      }
    }
  }

  @Test("a bad argument is refused in one line that says what would be right")
  func badArguments() {
    func found(_ argument: String) -> String {
      message { try PolicyChoice(argument, dataset: "cifar10", seed: 0) }
    }
    for argument in ["0,99", "x", "", "2", "17,9", "1,31", "-1,3", "2,9,3", "2, 9", "2.0,9"] {
      #expect(
        found("randaugment:\(argument)")
          == "policy: found \"randaugment:\(argument)\", expected randaugment, or randaugment:N,M with N from 1 to 16 "
          + "operations and a strength M from 0 to 30")
    }
    for argument in ["0", "4097", "x", ""] {
      #expect(
        found("cutout:\(argument)")
          == "policy: found \"cutout:\(argument)\", expected cutout, or cutout:SIZE with a side of 1 to 4096 pixels"
      )
    }
    #expect(
      found("autoaugment:svnh")
        == "policy: found \"autoaugment:svnh\", expected autoaugment, or autoaugment: with one of cifar10, svhn "
        + "(did you mean svhn?)")
    for name in ["none", "trivialaugment", "trivialaugment-wide", "rcifar10", "rsvhn", "random"] {
      #expect(
        found("\(name):1") == "policy: found \"\(name):1\", expected \(name) alone, which takes no argument")
    }
  }

  @Test("an unknown name is refused with the list and the near miss")
  func unknown() {
    let list =
      "one of none, cutout[:SIZE], autoaugment[:cifar10|svhn], randaugment[:N,M], trivialaugment, "
      + "trivialaugment-wide, rcifar10, rsvhn, random, or a schedule file"
    func found(_ argument: String) -> String {
      message { try PolicyChoice(argument, dataset: "cifar10", seed: 0) }
    }
    #expect(
      found("autoagument") == "policy: found \"autoagument\", expected \(list) (did you mean autoaugment?)")
    #expect(
      found("randaugmnt:2,9")
        == "policy: found \"randaugmnt:2,9\", expected \(list) (did you mean randaugment?)")
    #expect(found("mixup-and-cutmix") == "policy: found \"mixup-and-cutmix\", expected \(list)")
    #expect(found("") == "policy: found \"\", expected \(list)")
  }
}

extension PolicyChoice {
  /// The program of an epoch for images of 32×32 pixels.
  fileprivate func program(epoch: Int, totalEpochs: Int) throws -> AugmentationProgram {
    try program(epoch: epoch, totalEpochs: totalEpochs, order: .schedule, width: 32, height: 32)
  }
}
