import ArgumentParser
import DurableFutures

let primes = [
    112_272_535_095_293, 112_582_705_942_171, 112_272_535_095_293, 115_280_095_190_773,
    115_797_848_077_099, 1_099_726_899_285_419,
]

let isPrime = TaskDefinition("is_prime", pool: .process) { (n: Int) -> Bool in
    if n < 2 { return false }
    if n == 2 { return true }
    if n % 2 == 0 { return false }
    return stride(from: 3, through: Int(Double(n).squareRoot()), by: 2).allSatisfy { n % $0 != 0 }
}

struct Primes: AsyncParsableCommand {
    @OptionGroup var options: JournalOption

    func run() async throws {
        try await withProcessPoolExecutor(journal: options.journal, tasks: [isPrime]) { executor in
            for try await (number, prime) in executor.map(isPrime, over: primes).withInputs {
                print("\(number) is prime: \(prime)")
            }
        }
    }
}
