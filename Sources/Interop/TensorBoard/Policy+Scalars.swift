import Policies

extension Policy {
  /// For each operation the mean probability, 0 to 1, and the mean magnitude of its entries, 0 to 9 in PBA's space, in
  /// the order in which operations first appear.
  public var operationScalars: [ScalarPoint.Scalar] {
    var names: [String] = []
    var entriesByName: [String: [PolicyEntry]] = [:]
    for entry in entries {
      if entriesByName[entry.operation.name] == nil { names.append(entry.operation.name) }
      entriesByName[entry.operation.name, default: []].append(entry)
    }
    return names.flatMap { name in
      let own = entriesByName[name] ?? []
      func mean(_ sum: Int) -> Double { Double(sum) / Double(own.count) }
      return [
        ScalarPoint.Scalar(
          "policy/probability/\(name)",
          mean(own.reduce(0) { $0 + $1.probability }) / Double(PolicyEntry.probabilityScale)),
        ScalarPoint.Scalar("policy/magnitude/\(name)", mean(own.reduce(0) { $0 + $1.magnitude })),
      ]
    }
  }
}
