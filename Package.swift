// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// A room of `Sources/`; imports go down the ladder that the list of targets follows.
func room(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(
    _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []
) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: strict)
}

let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let argumentParser = Target.Dependency.product(
    name: "ArgumentParser", package: "swift-argument-parser")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let lifecycle = Target.Dependency.product(
    name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(
    name: "UnixSignals", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

let package = Package(
    name: "durable-futures",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "DurableFutures", targets: ["DurableFutures"]),
        .library(name: "FutureDaemon", targets: ["FutureDaemon"]),
        .executable(name: "queued", targets: ["queued"]),
        .executable(name: "queuectl", targets: ["queuectl"]),
    ],
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.14.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(
            url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0", traits: []),
        .package(
            url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .target(
            name: "FutureMigrations", path: "migrations",
            resources: [.embedInCode("v0001_futures.sql"), .embedInCode("v0002_places.sql")],
            swiftSettings: strict),
        .target(name: "CProcess"),
        room("FutureModel", ["CProcess"]),
        .target(name: "CSQLiteSupport", dependencies: [sqlite]),
        room("FutureJournal", ["FutureMigrations", "FutureModel", "CSQLiteSupport", grdb, sqlite]),
        room("FuturePools", ["FutureModel", "CProcess"]),
        room("FutureEngine", ["FutureJournal", "FuturePools", "FutureModel"]),
        room("FutureControl", ["FutureJournal", "FutureModel", "CProcess"]),
        room(
            "DurableFutures",
            ["FutureControl", "FutureEngine", "FutureJournal", "FuturePools", "FutureModel"]),
        room(
            "FutureDaemon",
            [
                "DurableFutures", "FutureControl", "FutureEngine", "FutureJournal", "FuturePools",
                "FutureModel", argumentParser, hummingbird, hummingbirdCore, nioCore, nioPosix,
                nioHTTP1, lifecycle, unixSignals, logging,
            ]),
        program("queued", ["FutureDaemon", "DurableFutures"]),
        program(
            "queuectl",
            [
                "FutureControl", "FutureEngine", "FutureJournal", "FuturePools", "FutureModel",
                "CProcess", argumentParser,
            ]),
        program(
            "example-worker",
            ["DurableFutures", "FutureDaemon", argumentParser, nioCore, nioPosix, nioHTTP1]),
        .executableTarget(
            name: "bench",
            dependencies: [
                "DurableFutures", "FutureControl", "FutureEngine", "FutureJournal", "FuturePools",
                "FutureModel", "queued", "queuectl", argumentParser, sqlite,
            ],
            path: "tools/bench", exclude: ["peers", "setup-peers"], swiftSettings: strict),

        .executableTarget(
            name: "crash",
            dependencies: [
                "DurableFutures", "FutureDaemon", "FutureControl", "FutureJournal", "FutureModel",
                argumentParser, "CProcess", "RecorderVFS",
            ],
            path: "tools/crash", swiftSettings: strict),
        .target(name: "RecorderVFS", dependencies: [sqlite], path: "Tests/RecorderVFS"),
        .target(name: "CFailingDisk", dependencies: [sqlite], path: "Tests/CFailingDisk"),
        .target(
            name: "TestSupport", dependencies: ["FutureJournal", "FutureModel", "CFailingDisk"],
            path: "Tests/TestSupport", swiftSettings: strict),
        .executableTarget(
            name: "test-worker", dependencies: ["FuturePools", "FutureModel"],
            path: "Tests/TestWorker", swiftSettings: strict),
        .executableTarget(
            name: "test-daemon", dependencies: ["FutureDaemon", "DurableFutures"],
            path: "Tests/TestDaemon", swiftSettings: strict),
        .target(
            name: "ConformanceTasks", dependencies: ["DurableFutures"],
            path: "Tests/ConformanceTasks", swiftSettings: strict),
        .executableTarget(
            name: "conformance-worker",
            dependencies: ["ConformanceTasks", "DurableFutures", "FutureDaemon"],
            path: "Tests/ConformanceWorker", swiftSettings: strict),
        tests("FutureModelTests", ["FutureModel"]),
        tests(
            "FutureJournalTests",
            ["FutureJournal", "FutureMigrations", "FutureModel", "TestSupport", grdb, sqlite]),
        tests("FuturePoolsTests", ["FuturePools", "FutureModel", "TestSupport", "test-worker"]),
        tests(
            "FutureEngineTests",
            ["FutureEngine", "FutureJournal", "FuturePools", "FutureModel", "TestSupport", grdb]),
        tests(
            "FutureControlTests", ["FutureControl", "FutureJournal", "FutureModel", "TestSupport"]),
        tests(
            "DurableFuturesTests",
            [
                "DurableFutures", "FutureEngine", "FutureJournal", "FutureModel", "TestSupport",
                "example-worker",
            ]),
        tests(
            "ConformanceTests",
            [
                "DurableFutures", "ConformanceTasks", "FutureEngine", "FutureJournal",
                "FutureDaemon", "FuturePools", "FutureModel", "TestSupport", "conformance-worker",
                "queuectl",
            ], exclude: ["statements.txt"]),
        tests(
            "FutureDaemonTests",
            [
                "FutureDaemon", "FutureControl", "FutureJournal", "FutureModel", "TestSupport",
                "FutureEngine", logging, lifecycle, unixSignals, nioCore,
            ]),
        tests(
            "QueuectlTests",
            ["queuectl", "FutureJournal", "FutureModel", "TestSupport", argumentParser],
            exclude: ["Snapshots"]),
        tests(
            "FaultTests",
            ["crash", "queued", "queuectl", "FutureJournal", "FutureModel", "TestSupport"]),
        tests(
            "CrashTests",
            ["queued", "queuectl", "example-worker", "test-daemon", "TestSupport"]
        ),
    ]
)
