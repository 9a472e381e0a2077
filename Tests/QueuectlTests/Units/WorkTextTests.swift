import FutureModel
import Testing

@testable import queuectl

@Suite struct WorkTextTests {
    @Test(arguments: [
        (["make", "-j4", "CC=gcc", "a/b.c"], "make -j4 CC=gcc a/b.c"),
        (["echo", "", "a b", "$x", "*"], "echo '' 'a b' '$x' '*'"),
        (["echo", "it's"], "echo 'it'\\''s'"), (["é", "~"], "é '~'"),
    ])
    func aCommandReadsAsAShellWouldTakeIt(_ argv: [String], _ expected: String) {
        #expect(WorkText.shellText(argv) == expected)
    }

    @Test func aFunctionReadsAsACall() {
        #expect(WorkText.text(.function(1, "f", arguments: "[1, \"a\"]")) == "f(1, \"a\")")
        #expect(WorkText.text(.function(1, "f", arguments: "[]")) == "f()")
    }
}
