import RunStore
import Search
import Testing

@Suite struct PopulationFiguresTests {
  private func figures(_ results: [(generation: Int, trial: Int, accuracy: Double?)]) -> PopulationFigures {
    var figures = PopulationFigures()
    for result in results {
      figures.take(
        SegmentPlace(generation: result.generation, trial: result.trial), score: result.accuracy)
    }
    return figures
  }

  @Test func nothingIsKnownOfAnEmptyPopulation() {
    #expect(figures([]).best == nil)
    #expect(figures([]).median == nil)
    #expect(figures([(0, 0, nil)]).best == nil)
    #expect(figures([(0, 0, nil)]).count == 0)
  }

  @Test func ofEqualsTheFirstTrialIsBest() {
    let found = figures([(1, 4, 0.5), (1, 2, 0.5), (1, 3, 0.5), (1, 0, 0.25)])
    #expect(found.best?.place == SegmentPlace(generation: 1, trial: 2))
    #expect(found.best?.score == 0.5)
  }

  @Test func theMedianIsInTheMiddle() {
    #expect(figures([(0, 0, 0.5), (0, 1, 0.25), (0, 2, 1)]).median == 0.5)
    #expect(figures([(0, 0, 0.5), (0, 1, 0.25), (0, 2, 1), (0, 3, 0.75)]).median == 0.625)
    #expect(figures([(0, 0, 0.5), (0, 1, 0.25), (0, 2, nil)]).median == 0.375)
  }

  @Test func onlyTheLastResultOfATrialCounts() {
    #expect(figures([(0, 0, 0.75), (1, 0, 0.5)]).best?.score == 0.5)
    // Trained again, since its checkpoint was lost.
    #expect(figures([(1, 0, 0.5), (0, 0, 0.75)]).best?.score == 0.5)
    #expect(figures([(0, 0, 0.75), (1, 0, nil)]).best == nil)
  }
}
