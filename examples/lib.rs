//! Nothing: the programs are this package's examples, and cargo wants a library beside them.
