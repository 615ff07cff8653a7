/// A number with its noun, in the plural where it is not 1.
///
/// - Parameter plural: where that is not the noun with an s.
public func counted(_ count: Int, _ noun: String, _ plural: String? = nil) -> String {
  "\(count) \(count == 1 ? noun : plural ?? noun + "s")"
}
