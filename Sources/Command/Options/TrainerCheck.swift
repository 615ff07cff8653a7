import Files
import Foundation
import Text
import Workers

/// What a user's trainer is tried with before a search: the words for `python -m swift_pba.trainer`.
struct TrainerCheck {
  private let trainer: TrainerName
  private let config: TrainerSettings
  /// Other options with their values.
  private let options: [(name: String, value: String?)]

  /// A check with settings that were typed, otherwise those of a search; the device that was not is for Python to choose.
  init(_ settings: Settings, trainer: TrainerName) throws {
    self.trainer = trainer
    config = try settings.trainerConfig?.settings() ?? TrainerSettings()
    let usual = SettingCatalogue.shared
    func number(_ given: Int?, _ setting: Setting<Int>) -> String? {
      (given ?? setting.standard).map(String.init)
    }
    options = [
      ("device", settings.device.flatMap { $0 == Settings.automatic ? nil : $0 }),
      ("metric", settings.score ?? usual.score.standard), ("epochs", number(settings.epochs, usual.epochs)),
      ("population", number(settings.population, usual.population)),
      ("interval", number(settings.interval, usual.interval)),
      ("workers", number(settings.workers, usual.workers)),
    ]
  }

  /// A check for a search.
  ///
  /// - Parameters:
  ///   - configuration: the settings of the search.
  ///   - workers: how many train at once.
  init(_ configuration: TrainerConfiguration, workers: Int) {
    trainer = configuration.trainer
    config = configuration.trainerConfig ?? TrainerSettings()
    options = [
      ("device", configuration.device.devices.first?.description), ("metric", configuration.objective.name),
      ("epochs", "\(configuration.epochs)"), ("population", "\(configuration.population)"),
      ("interval", "\(configuration.interval)"), ("workers", "\(workers)"),
    ]
  }

  /// Has the check end when its standard input does.
  static let endsWithInput = "--end-with-input"

  /// The arguments of the interpreter.
  var arguments: [String] {
    PythonInterpreter.trainerCommand + ["check", trainer.description, "--config", config.description]
      + options.flatMap { name, value in value.map { ["--" + name, $0] } ?? [] }
  }
}
