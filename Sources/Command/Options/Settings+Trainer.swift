import Files
import Foundation
import PopulationBasedTraining
import RunStore
import Text
import Torch
import Workers

extension Settings {
  /// The settings that a search of either kind was begun with.
  package init(_ recorded: AnySearchConfiguration) throws {
    switch recorded {
    case .network(let configuration): try self.init(configuration)
    case .trainer(let configuration): try self.init(configuration)
    }
  }

  /// The settings that a search with a user's trainer was begun with.
  package init(_ recorded: TrainerConfiguration) throws {
    self.init()
    for group in [recorded, recorded.objective, recorded.workers] as [any Encodable] {
      self = over(try JSONDecoder().decode(Settings.self, from: JSONEncoder().encode(group)))
    }
  }

  /// Throws ``SettingsError`` for a setting that was given and that a search of this kind has no use for.
  func requireUse(by kind: SearchKind) throws {
    for setting in SettingCatalogue.all {
      guard let value = given[setting.key], origin(of: setting.key) != nil, setting.users.contains(.search),
        !setting.trainedBy.contains(kind)
      else { continue }
      let name = setting.key.stringValue
      let found = excerpt(value.argument)
      switch kind {
      case .network:
        throw SettingsError(
          "\(setting: name): found \(found) without \(setting: "trainer"), to which it belongs; leave it out, or name your"
            + " trainer's file")
      case .trainer:
        let cure: ErrorText =
          name == SettingCatalogue.shared.concurrency.key.stringValue
          ? "give \(setting: "workers")"
          : "leave it out; what your class is made with is named by \(setting: "trainerConfig")"
        throw SettingsError(
          "\(setting: name): found \(found) together with \(setting: "trainer"), expected one of them: it is a setting of"
            + " built-in networks; " + cure)
      }
    }
  }

  /// The settings of a search with a user's trainer, the defaults filled in.
  ///
  /// - Parameter recorded: the settings of the run that is resumed.
  /// - Returns: the settings; their file was there.
  /// - Throws: the error of the first setting that is not valid.
  package func trainerConfiguration(
    resuming recorded: TrainerConfiguration? = nil
  ) throws -> TrainerConfiguration {
    try requireUse(by: .trainer)
    let search = SettingCatalogue.shared
    let (trainer, digest) = try trainerFile(resuming: recorded)
    var configuration = TrainerConfiguration(
      trainer: trainer, trainerDigest: digest, trainerConfig: try self.trainerConfig?.settings(),
      objective: Objective(
        name: self.score ?? TrainerConfiguration.usualScore, direction: self.direction ?? .maximize),
      tune: try tunedRanges(), epochs: self.epochs ?? search.epochs.standard ?? 0, seed: self.seed ?? 0,
      device: try resolvedTrainerDevices())
    configuration.population = self.population ?? configuration.population
    configuration.interval = self.interval ?? configuration.interval
    configuration.quantile = self.quantile ?? configuration.quantile
    configuration.burnIn = self.burnIn ?? configuration.burnIn
    configuration.asynchronous = self.asynchronous ?? configuration.asynchronous
    configuration.startOrder = recorded?.startOrder ?? (configuration.asynchronous ? .arrival : nil)
    configuration.explorer = self.explorer == .pba ? nil : self.explorer
    configuration.space = try self.space?.recorded()
    configuration.workers = try workerSettings(hasWorkers: true)
    try configuration.validate()
    return configuration
  }

  /// The trainer with its whole path, and the digest of its file.
  private func trainerFile(
    resuming recorded: TrainerConfiguration?
  ) throws -> (name: TrainerName, digest: String) {
    guard var trainer = self.trainer else {
      throw SettingsError("no trainer is named; give --trainer FILE.py")
    }
    // A path with a colon in it names a file before it names a class.
    let whole = HomeFolder().expanding(trainer.description)
    if FileKind(following: whole) == .file { trainer = TrainerName(file: trainer.description) }
    trainer.file = try WorkingFolder.wholePath(HomeFolder().expanding(trainer.file))
    if let recorded {
      if trainer.className == nil { trainer.className = recorded.trainer.className }
      guard trainer.className == recorded.trainer.className else {
        throw SettingsError(
          "\(setting: "trainer"): found the class \(trainer.className ?? "none"), expected \(recorded.trainer.className ?? "none"), with which the search was begun"
        )
      }
    }
    guard FileKind(following: trainer.file) == .file else {
      let found = FileKind(following: trainer.file) == nil ? "no such file" : "something else than a file"
      let cure: ErrorText =
        recorded?.trainer.file == trainer.file
        ? "if it was moved, name its new place with \(setting: "trainer")"
        : "name a Python file; `pba trainer init FILE.py` writes one to begin with"
      throw SettingsError(
        "\(setting: "trainer"): \(printable(trainer.file)): found \(found), expected your trainer; " + cure,
        isUsageMistake: recorded == nil)
    }
    let bytes = try readBytes(trainer.file, limit: 1 << 26)
    return (trainer, FileDigest(of: Data(bytes)).sha256)
  }

  private func tunedRanges() throws -> [TunedRange] {
    try (self.tune ?? []).map { text in
      guard let range = TunedRange(text) else {
        throw SettingsError(
          "\(setting: "tune"): found '\(excerpt(text))', expected NAME=LOW:HIGH or NAME=LOW:HIGH:log with LOW below HIGH, and above 0"
            + " for log; such as learning_rate=1e-4:1e-1:log")
      }
      return range
    }
  }

  /// The devices of a user's trainer.
  ///
  /// Where the user names none and the system shows no device of CUDA, libtorch is not asked: a trainer need not have it.
  private func resolvedTrainerDevices() throws -> DeviceList {
    guard let name = self.device, name != Self.automatic else {
      guard FileKind(following: "/dev/nvidia0") != nil else { return .cpu }
      do {
        try Runtime.load()
        return Runtime.cudaDeviceCount() > 0 ? DeviceList(.cuda(0)) : .cpu
      } catch {
        return DeviceList(.cuda(0))
      }
    }
    guard let list = DeviceList(name) else {
      throw SettingsError(
        "\(setting: "device"): found '\(excerpt(name))', expected auto, cpu, cuda:N, or several as cuda:0,cuda:1"
      )
    }
    return list
  }
}
