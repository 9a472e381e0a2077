import Foundation
import TestSupport
import Testing

/// A number that a dead owner's command had, and that now is somebody else's.
@Suite(.timeLimit(.minutes(10)))
struct PidReuseTests {
    /// In a namespace of its own the next process can be given any number.
    private static func isPossible() async throws -> Bool {
        guard geteuid() == 0, access("/proc/sys/kernel/ns_last_pid", W_OK) == 0 else {
            return false
        }
        let probe =
            "unshare --pid --fork --mount-proc sh -c 'echo 99 >/proc/sys/kernel/ns_last_pid'"
        return try await Program(
            "/bin/sh", ["-c", probe], directory: FileManager.default.temporaryDirectory
        ).exitCode() == 0
    }

    /// Kills a daemon with a command and its guardian, has a stranger begin with the command's
    /// number, started by `$1`, and starts the next daemon.
    private static let script = """
        queued --commands 1 2>first.log & daemon=$!
        until grep -q ready first.log; do sleep 0.02; done
        queuectl submit --on-crash fail -- sh -c 'echo $$ >pid.new; mv pid.new pid; exec sleep 1000'
        until [ -s pid ]; do sleep 0.02; done
        old=$(cat pid)
        # Everything but this shell, the command and the daemon is its guardian.
        for entry in /proc/[0-9]*; do
            number=${entry#/proc/}
            case " 1 $$ $daemon $old " in *" $number "*) continue ;; esac
            kill -9 "$number" 2>/dev/null
        done
        kill -9 $daemon; wait $daemon 2>/dev/null
        while [ -d /proc/$old ]; do sleep 0.02; done
        new=0
        for try in $(seq 100); do
            echo $((old - 1)) >/proc/sys/kernel/ns_last_pid
            $1 sleep 1000 & new=$!
            [ $new = $old ] && break
            kill -9 $new
        done
        [ $new = $old ] || { echo "no reuse: $new $old"; exit 1; }
        until [ "$(cat /proc/$new/comm)" = sleep ]; do sleep 0.02; done
        queued --commands 1 2>second.log & daemon=$!
        until grep -q ready second.log; do sleep 0.02; done
        queuectl wait 1
        kill $daemon; wait $daemon
        kill -0 $new && echo "the stranger lives"
        """

    @Test(
        .enabled("needs root and namespaces for process numbers") {
            try await PidReuseTests.isPossible()
        },
        arguments: ["setsid", ""])
    func aStrangerIsLeftAlone(starter: String) async throws {
        try await withQueue { queue in
            let script = queue.directory.appending(path: "script").path
            try Data(Self.script.utf8).write(to: URL(fileURLWithPath: script))
            let answer = try await queue.shell(
                "unshare --pid --fork --kill-child --mount-proc sh \(script) \(starter)")
            #expect(answer.lines.last == "the stranger lives", "\(answer)")
            #expect(answer.stdout.contains("1 failed"), "\(answer)")
        }
    }
}
