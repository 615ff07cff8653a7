import Models
import Policies
import Recipes
import TestSupport
import Testing
import Training

/// A row of the published scripts: what they set, in their words, and the published error in percent.
private struct Row: CustomTestStringConvertible {
  var table: String
  var model: String
  var data: (dataset: String, train: Int, validation: Int)
  var policy: String?
  var epochs: Int
  var learningRate: Double
  var weightDecay: Double
  var cutout: Int
  var batch = 128
  var rule = LearningRateRule.cosine
  var error: Double?

  var testDescription: String { "\(table) \(model)" }
}

private let cifar10 = ("cifar10", 50000, 0)
private let cifar100 = ("cifar100", 50000, 0)
private let reducedCIFAR10 = ("cifar10", 4000, 0)
private let reducedSVHN = ("svhn", 1000, 0)
private let svhn = ("svhn-full", 604_388, 0)

private let rows: [Row] = [
  Row(
    table: "table_1_cifar10", model: "wrn_28_10", data: cifar10, policy: "rcifar10", epochs: 200,
    learningRate: 0.1, weightDecay: 0.0005, cutout: 16, error: 2.58),
  Row(
    table: "table_1_cifar10", model: "ss_32", data: cifar10, policy: "rcifar10", epochs: 1800,
    learningRate: 0.01, weightDecay: 0.001, cutout: 16, error: 2.54),
  Row(
    table: "table_1_cifar10", model: "ss_96", data: cifar10, policy: "rcifar10", epochs: 1800,
    learningRate: 0.01, weightDecay: 0.001, cutout: 16, error: 2.03),
  Row(
    table: "table_1_cifar10", model: "ss_112", data: cifar10, policy: "rcifar10", epochs: 1800,
    learningRate: 0.01, weightDecay: 0.001, cutout: 16, error: 2.03),
  Row(
    table: "table_1_cifar10", model: "pyramid_net", data: cifar10, policy: "rcifar10", epochs: 1800,
    learningRate: 0.05, weightDecay: 0.00005, cutout: 16, batch: 64, error: 1.46),
  Row(
    table: "table_2_cifar100", model: "wrn_28_10", data: cifar100, policy: "rcifar10", epochs: 200,
    learningRate: 0.1, weightDecay: 0.0005, cutout: 16, error: 16.73),
  Row(
    table: "table_2_cifar100", model: "ss_96", data: cifar100, policy: "rcifar10", epochs: 1800,
    learningRate: 0.01, weightDecay: 0.0025, cutout: 16, error: 15.31),
  Row(
    table: "table_2_cifar100", model: "pyramid_net", data: cifar100, policy: "rcifar10", epochs: 1800,
    learningRate: 0.025, weightDecay: 0.0005, cutout: 16, batch: 64, error: 10.94),
  Row(
    table: "table_3_rcifar10", model: "wrn_28_10", data: reducedCIFAR10, policy: "rcifar10", epochs: 200,
    learningRate: 0.05, weightDecay: 0.005, cutout: 16, error: 12.82),
  Row(
    table: "table_3_rcifar10", model: "ss_96", data: reducedCIFAR10, policy: "rcifar10", epochs: 1800,
    learningRate: 0.025, weightDecay: 0.0025, cutout: 16, error: 10.64),
  Row(
    table: "table_4_rsvhn", model: "wrn_28_10", data: reducedSVHN, policy: "rsvhn", epochs: 160,
    learningRate: 0.05, weightDecay: 0.01, cutout: 0, rule: .step, error: 7.83),
  Row(
    table: "table_4_rsvhn", model: "ss_96", data: reducedSVHN, policy: "rsvhn", epochs: 160,
    learningRate: 0.025, weightDecay: 0.005, cutout: 0, error: 6.46),
  Row(
    table: "table_4_svhn", model: "wrn_28_10", data: svhn, policy: "rsvhn", epochs: 160, learningRate: 0.005,
    weightDecay: 0.001, cutout: 20, rule: .step, error: 1.18),
  Row(
    table: "table_4_svhn", model: "ss_96", data: svhn, policy: "rsvhn", epochs: 160, learningRate: 0.01,
    weightDecay: 0.00015, cutout: 20, error: 1.13),
  Row(
    table: "search", model: "rcifar10", data: ("cifar10", 4000, 46000), policy: nil, epochs: 200,
    learningRate: 0.1, weightDecay: 0.0005, cutout: 16),
  Row(
    table: "search", model: "rsvhn", data: ("svhn", 1000, 7325), policy: nil, epochs: 160, learningRate: 0.1,
    weightDecay: 0.005, cutout: 0, rule: .step),
  Row(
    table: "search", model: "test", data: ("noise:224x224x200", 50, 50), policy: nil, epochs: 30,
    learningRate: 0.1, weightDecay: 0.0005, cutout: 16, batch: 2),
]

@Suite("The published experiments") struct PublishedRecipeTests {
  @Test("there is a recipe for every row, and no other")
  func complete() throws {
    let found = try PublishedRecipe.all().map { "\($0.table) \($0.name)" }
    #expect(Set(found) == Set(rows.map(\.testDescription)))
    #expect(found.count == rows.count)
  }

  @Test("each sets what the published script sets", arguments: rows)
  fileprivate func settings(row: Row) throws {
    let recipe = try PublishedRecipe.named(row.model, of: row.table)
    #expect(recipe.publishedError == row.error)
    #expect(recipe.isSearch == (row.policy == nil))
    var settings = recipe.settings
    func take<Value: LosslessStringConvertible>(_ name: String, _: Value.Type) -> Value? {
      settings.removeValue(forKey: name).flatMap(Value.init)
    }
    #expect(take("dataset", String.self) == row.data.dataset)
    #expect(take("trainSize", Int.self) == row.data.train)
    #expect(take("validationSize", Int.self) == row.data.validation)
    #expect(take("policy", String.self) == row.policy)
    #expect(take("model", String.self) == (row.policy == nil ? "wrn_40_2" : row.model))
    #expect(take("epochs", Int.self) == row.epochs)
    #expect(take("batchSize", Int.self) == row.batch)
    #expect(take("learningRate", Double.self) == row.learningRate)
    #expect(take("weightDecay", Double.self) == row.weightDecay)
    #expect(take("cutout", Int.self) == row.cutout)
    #expect(take("learningRateRule", String.self) == row.rule.rawValue)
    // SVHN's digits are neither cropped nor mirrored.
    let isCropped = !row.data.dataset.hasPrefix("svhn")
    #expect(take("cropPadding", Int.self) == (isCropped ? 4 : 0))
    #expect(take("flip", Bool.self) == isCropped)
    if row.policy == nil {
      #expect(take("population", Int.self) == (row.model == "test" ? 4 : 16))
      #expect(take("interval", Int.self) == 3)
      #expect(take("quantile", Double.self) == 0.25)
    }
    #expect(settings == [:], "no other setting is in the recipe")
  }

  @Test("each names a network and a policy that there are", arguments: rows)
  fileprivate func exists(row: Row) throws {
    let recipe = try PublishedRecipe.named(row.model, of: row.table)
    _ = try ModelSpec.named(recipe.settings["model"] ?? "")
    guard let policy = row.policy else { return }
    let schedule = try Schedule.named(policy)
    // A training is as long as the schedule, or a whole number of times as long.
    #expect(row.epochs % schedule.epochs == 0)
    let factor = row.epochs / schedule.epochs
    let stretched = try schedule.stretched(to: row.epochs)
    #expect(stretched.segments.map(\.epochs) == schedule.segments.map { $0.epochs * factor })
    #expect(stretched.segments.map(\.policy) == schedule.segments.map(\.policy))
  }

  @Test(
    "the original's README names rows of table 4 by data and model, whichever script is named",
    arguments: ["table_4_svhn", "table_4_rsvhn", "table_4", nil])
  func dataAndModel(table: String?) throws {
    for (name, meant) in [
      ("rsvhn_ss_96", "table_4_rsvhn"), ("rsvhn_wrn_28_10", "table_4_rsvhn"), ("svhn_ss_96", "table_4_svhn"),
      ("svhn_wrn_28_10", "table_4_svhn"),
    ] {
      let recipe =
        if let table { try PublishedRecipe.named(name, of: table) } else {
          try PublishedRecipe.named(nil, of: name)
        }
      #expect(recipe.table == meant)
      #expect(name.hasSuffix(recipe.name))
    }
  }

  @Test(
    "the command that was probably meant is named whole",
    arguments: [
      ("table_4_rsvhn", "ss_9", "table_4_rsvhn ss_96"),
      ("table_4_svhn", "rsvhn_ss96", "table_4_rsvhn ss_96"), ("table_5", "wrn", "table_4_svhn wrn_28_10"),
      ("search", "svhn", "search rsvhn"), ("rcifar10", nil, "search rcifar10"),
      ("svhn_search", nil, "search rsvhn"), ("table_1_cifar10", "pyramidnet", "table_1_cifar10 pyramid_net"),
      ("table_3_rcifar10", "rsvhn_ss_96", "table_4_rsvhn ss_96`, or `./pba reproduce table_3_rcifar10 ss_96"),
    ])
  func meant(table: String, name: String?, command: String) throws {
    let error = #expect(throws: RecipeError.self) { try PublishedRecipe.named(name, of: table) }
    #expect(try #require(error).description.contains("did you mean `./pba reproduce \(command)`?"))
  }

  @Test("unknown names are refused with those that there are, and the near miss")
  func unknown() {
    #expect(throws: RecipeError.self) { try PublishedRecipe.named("wrn_28_10", of: "../table_1_cifar10") }
    func message(_ table: String, _ name: String) -> String {
      TestSupport.message { _ = try PublishedRecipe.named(name, of: table) } ?? "no error"
    }
    #expect(
      message("table_1_cifar", "wrn_28_10")
        == "no table is called 'table_1_cifar'; did you mean `./pba reproduce table_1_cifar10 wrn_28_10`? there are search, table_1_cifar10,"
        + " table_2_cifar100, table_3_rcifar10, table_4_rsvhn, table_4_svhn")
    #expect(
      message("table_4_svhn", "wrn_28_1")
        == "no recipe of table_4_svhn is called 'wrn_28_1'; did you mean `./pba reproduce table_4_svhn wrn_28_10`? there are ss_96, wrn_28_10"
    )
    #expect(
      message("search", "base")
        == "no recipe of search is called 'base'; there are rcifar10, rsvhn, test"
    )
    #expect(
      message("table_5", "x")
        == "no table is called 'table_5'; there are search, table_1_cifar10, table_2_cifar100, table_3_rcifar10, table_4_rsvhn,"
        + " table_4_svhn")
  }

  @Test("a table without a model is answered with the commands of its models")
  func withoutModel() {
    let error = #expect(throws: RecipeError.self) { try PublishedRecipe.named(nil, of: "table_3_rcifar10") }
    #expect(
      error?.description
        == "found no model beside table_3_rcifar10, expected one: `./pba reproduce table_3_rcifar10 ss_96`,"
        + " `./pba reproduce table_3_rcifar10 wrn_28_10`")
  }
}
