import Datasets
import Models
import Policies
import Recipes
import RunStore
import Training

extension Error {
  /// Whether the request itself was wrong (exit code 64), not what came of it (exit code 1).
  package var isUsageMistake: Bool {
    switch self as any Error {
    case let error as SettingsError: error.isUsageMistake
    case let error as PolicyError: error.file == nil
    case is SettingError, TrainingError.setting, TrainingError.batchTooLarge, DatasetError.unknown,
      DatasetError.badParameter,
      DatasetError.impossibleSplit, RecipeError.unknown, RecipeError.nameMissing, is ModelError:
      true
    default: false
    }
  }
}
