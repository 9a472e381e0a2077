// The values that this module's API speaks of are used by their plain names.
@_exported public import FutureModel
