import Foundation
import Recipes
import TestSupport
import Testing

@Suite("A folder of recipes") struct RecipeFolderTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(_ files: [String: String]) throws -> RecipeFolder {
    for (name, text) in files { try folder.write(text, to: name) }
    return RecipeFolder(folder.path)
  }

  private func message(_ files: [String: String]) throws -> String {
    let recipes = try write(files)
    return TestSupport.message(of: RecipeError.self) { try recipes.recipe("row", of: "table") }
      .replacing(folder.path + "/", with: "")
  }

  @Test("a recipe says more than what it inherits, and over several files")
  func inheritance() throws {
    let recipes = try write([
      "base.yaml": "epochs: 200\ncutout: 16\nmodel: wrn_28_10\n",
      "table/base.yaml": "inherits: ../base.yaml\ndataset: cifar10\ncutout: 8\n",
      "table/row.yaml": "inherits: base.yaml\nepochs: 30\npublishedError: 1.5\n",
      "table/other.yaml": "dataset: svhn\n",
      "empty/notes.txt": "no table, as it has no base.yaml",
    ])
    #expect(try recipes.tables() == ["table"])
    #expect(try recipes.names(of: "table") == ["other", "row"])
    let row = try recipes.recipe("row", of: "table")
    #expect(row.settings == ["epochs": "30", "cutout": "8", "dataset": "cifar10", "model": "wrn_28_10"])
    #expect(row.publishedError == 1.5)
    #expect(!row.isSearch)
    let other = try recipes.recipe("other", of: "table")
    #expect(other.settings == ["dataset": "svhn"])
    #expect(other.publishedError == nil)
  }

  private static let cure = "; install the program again together with its resources"

  @Test(
    "what is wrong in a file is said",
    arguments: [
      ("inherits: row.yaml\n", "found a circle of 'inherits', expected an end of it"),
      ("- a\n- b\n", "found no 'key: value' lines, expected settings such as 'epochs: 30'"),
      ("", "found no 'key: value' lines, expected settings such as 'epochs: 30'"),
      ("a: [1, 2]\n", "found a: a list or a mapping, expected one value"),
      ("a: {b: 1\n", "found a text that is no YAML, expected 'key: value' lines"),
      ("publishedError: low\n", "found publishedError: low, expected an error in percent, 0 to 100"),
      ("publishedError: 101\n", "found publishedError: 101, expected an error in percent, 0 to 100"),
    ])
  func mistakes(text: String, words: String) throws {
    #expect(try message(["table/row.yaml": text]) == "table/row.yaml: " + words + Self.cure)
  }

  @Test("a file that is inherited from and is not there is named")
  func missing() throws {
    let recipes = try write(["table/row.yaml": "inherits: nowhere.yaml\n"])
    #expect {
      try recipes.recipe("row", of: "table")
    } throws: {
      "\($0)".hasPrefix(folder.path + "/table/nowhere.yaml: cannot open")
    }
  }
}
