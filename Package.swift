// swift-tools-version: 6.2
import PackageDescription

/// One list of settings for every Swift target: Swift 6 mode, and every unsafe operation spelled out.
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], fixtures: [String] = []) -> Target {
  .testTarget(name: name, dependencies: dependencies, exclude: fixtures, swiftSettings: settings)
}

let package = Package(
  name: "belay",
  platforms: [.macOS(.v26)],
  products: [
    .executable(name: "belay", targets: ["belay"]),
    .library(name: "JSON", targets: ["JSON"]),
    .library(name: "JSONSchema", targets: ["JSONSchema"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // System libraries: a module map and a shim each.
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),

    // Pure: no Foundation, NIO, clock, random source or I/O.
    library("JSON"),
    library("JSONSchema", ["JSON", "CPCRE2"]),
    library("Inspection", ["JSON", "JSONSchema"]),

    // What is known of models and vendors, as data.
    .target(
      name: "Rules", path: "rules",
      resources: [.embedInCode("models.yaml"), .embedInCode("vendors.yaml"), .embedInCode("findings.yaml")], swiftSettings: settings),

    // The edges.
    library("Upstream", ["CCurl", nioCore]),
    library("Configuration", ["JSON", "Inspection", "Rules", yams]),
    library(
      "Gateway",
      [
        "JSON", "Inspection", "Upstream", "Configuration", nioCore, nioPosix, nioHTTP, logging, lifecycle,
      ]),
    library("Replay", ["JSON", "JSONSchema", "Inspection", "Upstream", nioCore, nioPosix]),
    library("Simulator", ["JSON", nioCore, nioPosix, nioHTTP, lifecycle]),
    .executableTarget(
      name: "belay",
      dependencies: [
        "Configuration", "Gateway", "Inspection", "JSON", "JSONSchema", "Replay", "Simulator", "Upstream", arguments, logging, lifecycle,
        signals, nioPosix,
      ],
      swiftSettings: settings),

    tests("JSONTests", ["JSON"]),
    tests("JSONSchemaTests", ["JSON", "JSONSchema"], fixtures: ["oracle"]),
tests("InspectionTests", ["JSON", "JSONSchema", "Inspection"], fixtures: ["Fixtures", "oracle"]),
    tests("ConfigurationTests", ["JSON", "Configuration", "Inspection"]),
    tests("UpstreamTests", ["Upstream", nioCore, nioPosix, nioHTTP]),
    tests(
      "GatewayTests",
      ["JSON", "Configuration", "Gateway", "Inspection", "Simulator", "Upstream", logging, nioCore, nioPosix, nioHTTP, nioEmbedded]),
    tests("SimulatorTests", ["JSON", "Simulator", nioCore, nioPosix, nioHTTP]),
    tests("ReplayTests", ["JSON", "Replay", "Simulator", "Upstream", nioCore, nioPosix]),
  ]
)
