import Text

/// The names by which recipes are asked for.
struct RecipeSearch {
  /// A recipe's table and its name there.
  struct Entry: Hashable {
    let table: String
    let name: String

    /// The table's number, `table_4` of `table_4_rsvhn`, which several tables may share; of the searches their own name.
    var stem: String { Self.stem(of: table) }

    /// The data's short name and the model's, as the original's README also calls a row: `rsvhn_ss_96`.
    var dataAndModel: String {
      let data = table.dropFirst(stem.count).drop { $0 == "_" }
      return data.isEmpty ? "\(name)_\(table)" : "\(data)_\(name)"
    }

    /// The command that runs it.
    var command: String { "./pba reproduce \(table) \(name)" }

    static func stem(of table: String) -> String {
      table.split(separator: "_").prefix(table.hasPrefix("table_") ? 2 : 1).joined(separator: "_")
    }
  }

  let entries: [Entry]

  /// The recipe of these words; nil where they name none.
  ///
  /// A name with the data in front of the model, such as `rsvhn_ss_96`, may stand beside any table of the same number, and
  /// alone.
  func entry(table: String, name: String?) -> Entry? {
    guard let name else { return entries.first { $0.dataAndModel == table && $0.table != $0.stem } }
    return entries.first { $0.table == table && $0.name == name }
      ?? entries.first { $0.dataAndModel == name && $0.stem == Entry.stem(of: table) && $0.table != $0.stem }
  }

  /// The recipes that were probably meant by these words, the likeliest first; none where no name is spelt like them.
  ///
  /// A name with the data in front of the model says which table is meant, whichever is named; both are given then.
  func meant(table: String, name: String?) -> [Entry] {
    guard let name else {
      return nearest(to: table, among: entries) { [$0.table, $0.name, $0.dataAndModel] }.map { [$0] } ?? []
    }
    let exact = entries.filter { $0.dataAndModel == name && $0.table != $0.stem }
    let alike = entries.filter {
      Self.isLike(name, $0.name) || Self.isLike(name, $0.dataAndModel) || $0.dataAndModel.hasSuffix(name)
        || name.hasSuffix("_" + $0.name)
    }
    func distance(_ entry: Entry) -> Int {
      Self.distance(table, entry.table)
        + min(Self.distance(name, entry.name), Self.distance(name, entry.dataAndModel))
    }
    let near = alike.min { distance($0) < distance($1) }
    return exact + [near].compactMap { $0 }.filter { !exact.contains($0) }
  }

  private func nearest(to word: String, among entries: [Entry], _ names: (Entry) -> [String]) -> Entry? {
    func distance(_ entry: Entry) -> Int { names(entry).map { Self.distance(word, $0) }.min() ?? .max }
    return entries.filter { names($0).contains { Self.isLike(word, $0) } }.min { distance($0) < distance($1) }
  }

  /// How many letters differ; the beginning of a name counts as nearly the whole.
  private static func distance(_ typed: String, _ word: String) -> Int {
    typed != word && !typed.isEmpty && word.hasPrefix(typed) ? 1 : editDistance(typed, word)
  }

  /// Whether a word may be meant for a name.
  private static func isLike(_ typed: String, _ word: String) -> Bool {
    typed.utf8.count <= 64 && distance(typed, word) <= max(2, typed.count / 3)
  }
}
