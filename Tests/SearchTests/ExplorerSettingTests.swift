import Foundation
import Policies
import PopulationBasedTraining
import Testing
import Workers

@Suite("The explorer of a search as a setting")
struct ExplorerSettingTests {
  @Test("is PBA's where none is recorded, and is not recorded then")
  func standard() throws {
    let text = String(decoding: try JSONEncoder().encode(smallSearch()), as: UTF8.self)
    #expect(!text.contains("explorer"))
    #expect(try JSONDecoder().decode(SearchConfiguration.self, from: Data(text.utf8)).explorer == nil)
    #expect(NamedExplorer.all.first?.make(in: .pba) is PolicyPerturbation)
  }

  @Test("is recorded by its name, and another name is refused")
  func recorded() throws {
    var configuration = smallSearch()
    configuration.explorer = .pba
    let encoder = JSONEncoder()
    let text = String(decoding: try encoder.encode(configuration), as: UTF8.self)
    #expect(text.contains(#""explorer":"pba""#))
    #expect(try JSONDecoder().decode(SearchConfiguration.self, from: Data(text.utf8)) == configuration)
    let other = text.replacing(#""explorer":"pba""#, with: #""explorer":"pbo""#)
    let error = #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(SearchConfiguration.self, from: Data(other.utf8))
    }
    guard case .dataCorrupted(let context) = error else {
      Issue.record("another error")
      return
    }
    let names = NamedExplorer.all.map(\.name).joined(separator: ", ")
    #expect(context.debugDescription == "found 'pbo', expected one of \(names)")
  }

  @Test("names are different")
  func names() {
    #expect(Set(NamedExplorer.all.map(\.name)).count == NamedExplorer.all.count)
    #expect(NamedExplorer.all.allSatisfy { NamedExplorer(named: $0.name) == $0 })
    #expect(NamedExplorer(named: "nobody") == nil)
  }
}
