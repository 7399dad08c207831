<<<<<<< HEAD
=======
//! The `curlew` program.

>>>>>>> main
fn main() {}
