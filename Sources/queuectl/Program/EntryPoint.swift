import Foundation

/// The program; everything it does is ``Program``'s, where tests reach it.
@main
enum EntryPoint {
    static func main() async {
        let program = Program(session: .ofThisProcess())
        exit(await program.run(CommandLineWords.ofThisProcess()))
    }
}
