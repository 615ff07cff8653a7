import Augmentation
import PopulationBasedTraining

/// Uniform scores of trials 0..<count; with `failing`, each trial has failed with probability 0.2.
func randomScores(_ count: Int, failing: Bool, using random: inout RandomStream) -> [Score] {
  (0..<count).map {
    Score(trial: $0, value: failing && random.boundedInteger(below: 5) == 0 ? nil : random.uniform())
  }
}
