/// The version that programs of this package report.
package let packageVersion = "0.1.0"
