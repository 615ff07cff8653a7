import Augmentation
import Foundation
import Policies
import Testing

@Suite("Choosing a policy")
struct PolicyChoiceTests {
  @Test("none leaves images alone")
  func none() throws {
    let choice = try PolicyChoice("none", dataset: "cifar10", seed: 0)
    #expect(try choice.program(epoch: 0, totalEpochs: 10, order: .schedule) == .none)
    #expect(choice.schedule == nil)
  }

  @Test(
    "AutoAugment's policies go by the dataset",
    arguments: [("cifar10", 95), ("svhn-full", 25), ("bundled", 95)])
  func autoAugment(dataset: String, count: Int) throws {
    let choice = try PolicyChoice("autoaugment", dataset: dataset, seed: 0)
    let program = try choice.program(epoch: 3, totalEpochs: 10, order: .schedule)
    #expect(program.alternatives.count == count)
    #expect(program == (try AutoAugment.program(dataset: dataset)))
  }

  @Test("AutoAugment applies two operations in order, each by its own probability")
  func autoAugmentSteps() throws {
    let cifar = try AutoAugment.program(dataset: "cifar10").alternatives
    let svhn = try AutoAugment.program(dataset: "svhn").alternatives
    for alternative in cifar + svhn {
      #expect(alternative.steps.count == 2)
      #expect(alternative.countDistribution == nil)
      #expect(alternative.weight == 1)
      #expect(
        alternative.steps.allSatisfy { (0...1).contains($0.probability) && (0...9).contains($0.magnitude) })
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

  @Test("a published schedule is stretched to the training")
  func published() throws {
    let choice = try PolicyChoice("rcifar10", dataset: "cifar10", seed: 0)
    let schedule = try Schedule.named("rcifar10")
    #expect(choice.schedule == schedule)
    for order in PolicyOrder.allCases {
      for epoch in [0, 7, 29] {
        #expect(
          try choice.program(epoch: epoch, totalEpochs: 30, order: order)
            == schedule.stretched(to: 30).program(atEpoch: epoch, order: order))
      }
    }
    #expect(
      message { try choice.program(epoch: 0, totalEpochs: 0, order: .schedule) }
        == "epochs: found 0, expected an integer from 1 to 1000000")
  }

  @Test("random is one policy for the whole training, drawn from the seed")
  func random() throws {
    func program(seed: UInt64, epoch: Int) throws -> AugmentationProgram {
      try PolicyChoice("random", dataset: "cifar10", seed: seed)
        .program(epoch: epoch, totalEpochs: 20, order: .schedule)
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

  @Test("an unknown name is refused with the list and the near miss")
  func unknown() {
    let list = "one of none, autoaugment, rcifar10, rsvhn, random, or a schedule file"
    func found(_ argument: String) -> String {
      message { try PolicyChoice(argument, dataset: "cifar10", seed: 0) }
    }
    #expect(
      found("autoagument") == "policy: found \"autoagument\", expected \(list) (did you mean autoaugment?)")
    #expect(found("trivialaugment") == "policy: found \"trivialaugment\", expected \(list)")
    #expect(found("") == "policy: found \"\", expected \(list)")
  }
}
