// SPDX-License-Identifier: Apache-2.0
import Foundation
import Logbook
import Testing

@Suite("Files that only their owner reads") struct OwnFileTests {
  private let files = FileManager.default

  private func text(_ path: String) -> String? { files.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } }
  private func mode(_ path: String) throws -> Int? { try files.attributesOfItem(atPath: path)[.posixPermissions] as? Int }
  private func kind(_ path: String) throws -> FileAttributeType? { try files.attributesOfItem(atPath: path)[.type] as? FileAttributeType }

  private func write(_ text: String, to path: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    try files.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
  }

  @Test("A file is made or replaced, and nothing is left beside it", arguments: [nil, "an older and longer text"]) func file(old: String?) throws {
    let folder = try Folder()
    let path = folder.path + "/a"
    if let old { try write(old, to: path) }
    try OwnFile.save(path, Array("new".utf8))
    #expect(text(path) == "new")
    #expect(try mode(path) == 0o600)
    #expect(try files.contentsOfDirectory(atPath: folder.path) == ["a"])
  }

  @Test("Links stay, and the file that they lead to is replaced as any other", arguments: [nil, "an older and longer text"])
  func link(old: String?) throws {
    let folder = try Folder()
    try files.createDirectory(atPath: folder.path + "/deep", withIntermediateDirectories: true)
    if let old { try write(old, to: folder.path + "/deep/file") }
    try files.createSymbolicLink(atPath: folder.path + "/first", withDestinationPath: "second")
    try files.createSymbolicLink(atPath: folder.path + "/second", withDestinationPath: folder.path + "/deep/third")
    try files.createSymbolicLink(atPath: folder.path + "/deep/third", withDestinationPath: "file")
    try OwnFile.save(folder.path + "/first", Array("new".utf8))
    #expect(try files.destinationOfSymbolicLink(atPath: folder.path + "/first") == "second")
    #expect(try files.destinationOfSymbolicLink(atPath: folder.path + "/deep/third") == "file")
    #expect(text(folder.path + "/deep/file") == "new")
    #expect(try mode(folder.path + "/deep/file") == 0o600)
    #expect(try files.contentsOfDirectory(atPath: folder.path + "/deep").sorted() == ["file", "third"])
  }

  @Test("In a folder of everybody's, a stranger's link is not followed, to a file or to none", .enabled(if: geteuid() == 0, "only root can make a link another user's"), arguments: ["old", nil])
  func strangersLink(old: String?) async throws {
    let folder = try Folder()
    let (shared, target) = (folder.path + "/shared", folder.path + "/target")
    try files.createDirectory(atPath: shared, withIntermediateDirectories: true)
    _ = unsafe chmod(shared, 0o1777)
    if let old { try write(old, to: target) }
    try files.createSymbolicLink(atPath: shared + "/a", withDestinationPath: target)
    _ = unsafe lchown(shared + "/a", 65534, 65534)
    let told = try await problem { try OwnFile.save(shared + "/a", Array("new".utf8)) }
    #expect(told.description.contains("nothing was written"))
    #expect(text(target) == old)
    #expect(try files.contentsOfDirectory(atPath: shared) == ["a"])
  }

  @Test("A file that cannot be replaced is as it was, and the error says so") func failure() async throws {
    let folder = try Folder()
    let path = folder.path + "/a"
    let draft = "\(path).tmp-\(ProcessInfo.processInfo.processIdentifier)"
    try write("old", to: path)
    try write("a draft", to: draft)
    let told = try await problem { try OwnFile.save(path, Array("new".utf8)) }
    #expect(told.description == "cannot write \(path): an earlier run left \(draft), which has to go first; what was there is as it was")
    #expect(text(path) == "old")
    #expect(text(draft) == "a draft")
    let nowhere = try await problem { try OwnFile.save(folder.path + "/none/a", []) }
    #expect(nowhere.description.hasPrefix("cannot write \(folder.path)/none/a: No such file or directory; nothing was written; check that"))
    let isFolder = try await problem { try OwnFile.save(folder.path, []) }
    #expect(isFolder.description == "\(folder.path) is a folder; name a file with --output")
  }

  @Test("Devices are written to, and so is a file that somebody holds open") func devices() async throws {
    try OwnFile.save("/dev/null", Array("new".utf8))
    #expect(try kind("/dev/null") == .typeCharacterSpecial)
    let full = try await problem { try OwnFile.save("/dev/full", Array("new".utf8)) }
    #expect(full.description.hasPrefix("cannot write to /dev/full: No space left on device; it may have got a part"))
    let folder = try Folder()
    let path = folder.path + "/a"
    try write("old ", to: path)
    let held = try #require(FileHandle(forWritingAtPath: path))
    try OwnFile.save("/dev/fd/\(held.fileDescriptor)", Array("new".utf8))
    try held.close()
    #expect(text(path) == "old new")
    #expect(try files.contentsOfDirectory(atPath: folder.path) == ["a"])
  }
}
