import Datasets
import TestSupport
import Testing

@Suite struct PrintableAddressTests {
  @Test(arguments: [
    ("http://user:secret@host/x", "http://…@host/x"),
    ("https://token@host:8080/x?key=secret", "https://…@host:8080/x?…"),
    ("cannot open ftp://a:b@c/d: no", "cannot open ftp://…@c/d: no"),
    ("two: http://a:b@c, http://d:e@f", "two: http://…@c, http://…@f"),
    ("'http://a:b@c/d'", "'http://…@c/d'"),
    ("http://a:b@c@d/e", "http://…@d/e"),
    ("http://user:sec/ret@host/x", "http://…@host/x"),
    ("https://host/x#secret; and more", "https://host/x#…; and more"),
    // Nothing to hide.
    ("https://host:80/pkg@1.0/x", "https://host:80/pkg@1.0/x"),
    ("http://[::1]:80/x", "http://[::1]:80/x"),
    ("me@host: https://host/x", "me@host: https://host/x"),
    ("no address", "no address"), ("://", "://"), ("", ""),
  ])
  func hidesUsersPasswordsAndQueries(text: String, shown: String) {
    #expect(withoutCredentials(text) == shown)
  }

  @Test(arguments: [
    "http://user:secret@127.0.0.1:9/x?key=secret", "ftp://user:secret@host/", "user:secret@host/x",
  ])
  func noErrorOfAMirrorTellsItsPassword(mirror: String) throws {
    let images = try TemporaryImages()
    var texts: [String] = []
    let error = message {
      _ = try DatasetSpec.named("cifar10").fetch(
        dataDirectory: images.dataDirectory, mirror: mirror, retries: 0
      ) { texts.append("\($0)") }
    }
    texts.append(try #require(error))
    #expect(texts.allSatisfy { !$0.contains("secret") })
  }
}
