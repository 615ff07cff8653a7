import Augmentation

/// The colour that each operation of the catalogue has in every picture, on light and on dark paper.
///
/// Chosen by search so that colours are apart in Oklab, for eyes that see all colours and for each kind of colour blindness as
/// Machado, Oliveira and Fernandes (2009) simulate it. Of PBA's fifteen operations any two are at least 0.1 apart, neighbours
/// 0.19; of the others any two 0.075, neighbours 0.13; one of each 0.05.
public enum OperationColors {
  /// The colours of the catalogue's operations, in its order: first PBA's, then the others.
  public static let all: [String] = [
    "#ab8f05", "#215152", "#ffdc45", "#612288", "#71c8af", "#9d4592", "#c9dffb", "#d56480", "#851c01",
    "#1971cc",
    "#d2a3fd", "#647031", "#fea45a", "#8590c5", "#72fcad",
    "#490168", "#3f6866", "#c5c5d9", "#ca06c0", "#e2c821", "#62103c", "#2929fd", "#ed845a", "#9b64f0",
    "#1f9b99",
    "#1c0cbe", "#1ae690",
  ]

  /// The class of elements that are painted in an operation's colour.
  ///
  /// Operations beyond the catalogue have no rule of their own: they take turns with two greys of the paper.
  public static func style(of operation: Operation) -> String {
    guard !Operation.catalogue.contains(operation) else { return "operation-\(operation.name)" }
    return operation.name.utf8.reduce(0) { $0 &+ Int($1) }.isMultiple(of: 2) ? "faint" : "dim"
  }

  /// The rules of the catalogue's classes.
  static var rules: String {
    zip(Operation.catalogue, all).map { ".\(style(of: $0)){fill:\($1)}" }.joined()
  }
}
