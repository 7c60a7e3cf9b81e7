// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that the benchmark builds in release without the rest.
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6), .strictMemorySafety(), .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"), .enableUpcomingFeature("MemberImportVisibility"),
]
let package = Package(
  name: "store-benchmark", platforms: [.macOS(.v26)],
  dependencies: [.package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0")],
  targets: [
    .systemLibrary(name: "CZstd", path: "Links/CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(name: "COpenSSL", path: "Links/COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .target(name: "JSON", path: "Links/JSON", swiftSettings: settings),
    .target(
      name: "Store",
      dependencies: [
        "JSON", "CZstd", "COpenSSL", .product(name: "GRDB", package: "GRDB.swift"), .product(name: "GRDBSQLite", package: "GRDB.swift"),
      ],
      path: "Links/Store", swiftSettings: settings),
    .executableTarget(name: "StoreBenchmark", dependencies: ["Store"], swiftSettings: settings),
  ])
