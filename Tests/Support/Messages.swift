/// The message of the error that the body throws; nil when it throws none.
public func message(_ body: () throws -> Void) -> String? {
  do {
    try body()
    return nil
  } catch {
    return "\(error)"
  }
}

/// The message of the error of a type that the body throws, or what happened instead.
public func message<Failure: Error>(of type: Failure.Type, _ body: () throws -> some Any) -> String {
  do {
    return "no error, but \(try body())"
  } catch let error as Failure {
    return "\(error)"
  } catch {
    return "another error: \(error)"
  }
}
