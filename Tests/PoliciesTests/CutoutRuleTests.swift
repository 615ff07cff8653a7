import Policies
import Testing

@Suite("What a policy says about Cutout")
struct CutoutRuleTests {
  @Test("a size that was asked for expressly is obeyed")
  func given() throws {
    for rule in [CutoutRule.ofRecipe, .off, .required, .side(20)] {
      #expect(try rule.side(given: 20, recipe: 16) == 20)
    }
    #expect(try CutoutRule.ofRecipe.side(given: 0, recipe: 16) == 0)
    #expect(try CutoutRule.off.side(given: 0, recipe: 16) == 0)
  }

  @Test("otherwise the policy decides")
  func notGiven() throws {
    for (rule, side) in [(CutoutRule.ofRecipe, 16), (.off, 0), (.required, 16), (.side(20), 20)] {
      #expect(try rule.side(given: nil, recipe: 16) == side)
    }
    #expect(try CutoutRule.ofRecipe.side(given: nil, recipe: 0) == 0)
    #expect(try CutoutRule.side(20).side(given: nil, recipe: 0) == 20)
  }

  @Test("a contradiction is an error that says the way out")
  func contradictions() {
    let needsSize =
      "policy: found cutout with a Cutout of 0 pixels, expected a size: give `cutout` 16, or `policy` cutout:16"
    #expect(message { try CutoutRule.required.side(given: 0, recipe: 16) } == needsSize)
    #expect(message { try CutoutRule.required.side(given: nil, recipe: 0) } == needsSize)
    #expect(
      message { try CutoutRule.side(20).side(given: 16, recipe: 16) }
        == "policy: found cutout:20 beside a Cutout of 16 pixels, expected one size: leave out one of the two"
    )
  }
}
