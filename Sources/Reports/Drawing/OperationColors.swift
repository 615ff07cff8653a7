import Augmentation

/// The colour that each operation has in every picture, on light and on dark paper.
///
/// Chosen by search so that any two are at least 0.1 apart in Oklab, neighbours in the search order at least 0.19, for
/// eyes that see all colours and for each kind of colour blindness as Machado, Oliveira and Fernandes (2009) simulate it.
public enum OperationColors {
  /// The colours in the order of the search.
  public static let all: [String] = [
    "#ab8f05", "#215152", "#ffdc45", "#612288", "#71c8af", "#9d4592", "#c9dffb", "#d56480", "#851c01",
    "#1971cc",
    "#d2a3fd", "#647031", "#fea45a", "#8590c5", "#72fcad",
  ]

  /// The class of elements that are painted in an operation's colour.
  public static func style(of operation: Operation) -> String { "operation-\(operation.name)" }
}
