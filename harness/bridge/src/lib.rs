//! Published crates behind C functions.
