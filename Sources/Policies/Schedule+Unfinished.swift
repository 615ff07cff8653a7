extension Schedule {
  /// The key of the provenance by which a search says that it had not come to its end.
  public static let unfinishedKey = "unfinishedAfter"

  /// The epochs that the search had trained when it wrote this schedule; nil where it had ended, or says nothing.
  public var unfinishedAfter: Int? {
    if case .integer(let epochs) = provenance[Self.unfinishedKey] { epochs } else { nil }
  }
}
