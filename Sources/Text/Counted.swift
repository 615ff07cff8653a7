/// A number with its noun, in the plural where it is not 1.
///
/// - Parameters:
///   - count: how many.
///   - noun: the noun in the singular.
///   - plural: the plural, where it is not the noun with an s.
/// - Returns: such as `1 epoch`, `2 epochs`.
package func counted(_ count: Int, _ noun: String, _ plural: String? = nil) -> String {
  "\(count) \(count == 1 ? noun : plural ?? noun + "s")"
}
