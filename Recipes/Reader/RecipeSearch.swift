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

  /// The recipe whose names are spelt most like these words; the beginning of a name counts as nearly the whole.
  func nearest(table: String, name: String?) -> Entry? {
    func editDistance(_ typed: String, _ word: String) -> Int {
      typed != word && word.hasPrefix(typed) ? 1 : Text.editDistance(typed, word)
    }
    func distance(_ entry: Entry) -> Int {
      guard let name else {
        return [entry.table, entry.name, entry.dataAndModel].map { editDistance(table, $0) }.min() ?? 0
      }
      return editDistance(table, entry.table)
        + min(editDistance(name, entry.name), editDistance(name, entry.dataAndModel))
    }
    return entries.min { distance($0) < distance($1) }
  }
}
