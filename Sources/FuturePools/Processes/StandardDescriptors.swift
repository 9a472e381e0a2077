import Foundation

/// Standard input, output and error of this process.
package enum StandardDescriptors {
    /// Fills those that are closed with what refuses to be read or written, as they do themselves.
    ///
    /// Otherwise a file or socket that is opened next gets such a number, and what is printed goes
    /// into it.
    package static func fill() {
        for number in STDIN_FILENO...STDERR_FILENO where fcntl(number, F_GETFD) < 0 {
            // The lowest number that is free, which is this one.
            _ = open("/dev/null", number == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }
}
