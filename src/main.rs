//! The `curlew` program.

fn main() {}
