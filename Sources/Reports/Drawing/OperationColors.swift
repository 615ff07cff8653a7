import Augmentation
import Policies

/// The colour that each operation has in every picture, on light and on dark paper.
///
/// Chosen by search so that any two are at least 0.1 apart in Oklab, neighbours in its order at least 0.19, for
/// eyes that see all colours and for each kind of colour blindness as Machado, Oliveira and Fernandes (2009) simulate it.
public enum OperationColors {
  /// The colours of the operations of PBA's space, in its order.
  public static let all: [String] = [
    "#ab8f05", "#215152", "#ffdc45", "#612288", "#71c8af", "#9d4592", "#c9dffb", "#d56480", "#851c01",
    "#1971cc",
    "#d2a3fd", "#647031", "#fea45a", "#8590c5", "#72fcad",
  ]

  /// The colour of an operation of the catalogue; those beyond PBA's space take turns with two greys.
  private static func color(of operation: Operation, at place: Int) -> String {
    if let place = SearchSpace.pba.operations.firstIndex(of: operation), place < all.count {
      return all[place]
    }
    return place.isMultiple(of: 2) ? "#767676" : "#a6a6a6"
  }

  /// The class of elements that are painted in an operation's colour.
  ///
  /// Operations beyond the catalogue have no rule of their own: they take turns with two greys of the paper.
  public static func style(of operation: Operation) -> String {
    guard !Operation.catalogue.contains(operation) else { return "operation-\(operation.name)" }
    return operation.name.utf8.reduce(0) { $0 &+ Int($1) }.isMultiple(of: 2) ? "faint" : "dim"
  }

  /// The rules of the catalogue's classes.
  static var rules: String {
    Operation.catalogue.enumerated().map { place, operation in
      ".\(style(of: operation)){fill:\(color(of: operation, at: place))}"
    }.joined()
  }
}
