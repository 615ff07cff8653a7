import Files
import Testing

@Suite struct HomeFolderTests {
  private func home(_ environment: [String: String], listed: [String: String] = [:]) -> HomeFolder {
    HomeFolder(environment: environment) { listed[$0 ?? "me"] }
  }

  @Test func theVariableWinsOverTheListOfUsers() {
    let home = home(["HOME": "/variable"], listed: ["me": "/listed"])
    #expect(home.path == "/variable")
    #expect(home.expanding("~") == "/variable")
    #expect(home.expanding("~/data/x") == "/variable/data/x")
  }

  @Test func anUnsetOrEmptyVariableLeavesItToTheListOfUsers() {
    #expect(home([:], listed: ["me": "/listed"]).expanding("~/x") == "/listed/x")
    #expect(home(["HOME": ""], listed: ["me": "/listed"]).expanding("~/x") == "/listed/x")
  }

  @Test func anotherUsersHomeIsThatOfTheListOfUsers() {
    let home = home(["HOME": "/variable"], listed: ["anna": "/home/anna"])
    #expect(home.expanding("~anna") == "/home/anna")
    #expect(home.expanding("~anna/x") == "/home/anna/x")
    #expect(home.expanding("~otto/x") == "~otto/x")
  }

  @Test func onlyALeadingTildeIsReplaced() {
    let home = home(["HOME": "/variable"])
    #expect(home.expanding("a/~/b") == "a/~/b")
    #expect(home.expanding("") == "")
    #expect(home.expanding("/x") == "/x")
    #expect(self.home(["HOME": "/"]).expanding("~/x") == "/x")
  }

  @Test func nothingIsWrittenWhereTheHomeFolderIsNotKnown() throws {
    let lost = home([:])
    #expect(lost.path == nil)
    #expect(lost.expanding("~/x") == "~/x")
    let error = #expect(throws: FileError.self) { try lost.resolving("~/x") }
    #expect(error?.description.contains("set HOME") == true)
    #expect(throws: FileError.self) { try lost.resolving("~nobody-of-this-name/x") }
    #expect(try lost.resolving("/x") == "/x")
    #expect(try home(["HOME": "/h"]).resolving("~/x") == "/h/x")
  }

  @Test func cachesLieWhereTheVariableSays() {
    #expect(home([:]).cacheFolder("pba/data") == "~/.cache/pba/data")
    #expect(home(["XDG_CACHE_HOME": "/caches"]).cacheFolder("pba/data") == "/caches/pba/data")
    #expect(home(["XDG_CACHE_HOME": "/caches/"]).cacheFolder("pba/data") == "/caches/pba/data")
    // The specification has a relative path ignored.
    #expect(home(["XDG_CACHE_HOME": "caches"]).cacheFolder("pba/data") == "~/.cache/pba/data")
    #expect(home(["XDG_CACHE_HOME": ""]).cacheFolder("pba/data") == "~/.cache/pba/data")
  }

  @Test func theListOfUsersKnowsTheSuperuser() {
    #expect(listedHome("root")?.hasPrefix("/") == true)
    #expect(listedHome("nobody-of-this-name") == nil)
  }
}
