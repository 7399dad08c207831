//! What real Pikas were seen to answer: on 3.5.5 in November 2026, one case after the other on one server.
//!
//! Which commands are refused, and codes and shapes of answers, are as recorded; the words of refusals after `ERR`
//! are not, and nothing here depends on them.

/// A recorded case: what it shows, the commands before, the last command, and its reply on the wire with
/// spaces for line ends.
pub(crate) type Case = (
    &'static str,
    &'static [&'static str],
    &'static str,
    &'static str,
);

/// Cases on a server with `cache-model : 0`.
pub(crate) const CASES: &[Case] = &[
    (
        "there are no scripts",
        &[],
        "EVALSHA x 0",
        "-ERR unknown command \"evalsha\"",
    ),
    (
        "nor can any be loaded",
        &[],
        "SCRIPT LOAD x",
        "-ERR unknown command \"script\"",
    ),
    ("compare-and-set swaps", &["SET a 1"], "SET a 2 VX 1", ":1"),
    ("compare-and-set refuses", &[], "SET a 3 VX 1", ":-1"),
    ("what was refused is not there", &[], "GET a", "$1 2"),
    ("compare-and-set misses", &[], "SET absent 1 VX 1", ":0"),
    (
        "compare-and-set with a life",
        &["SET b 1"],
        "SET b 2 VX 1 EX 100",
        ":1",
    ),
    ("compare-and-delete refuses", &[], "DELVX a 1", ":-1"),
    ("compare-and-delete deletes", &[], "DELVX a 2", ":1"),
    ("compare-and-delete misses", &[], "DELVX a 2", ":0"),
    (
        "there is no IFEQ",
        &[],
        "SET a 2 IFEQ 1",
        "-ERR syntax error",
    ),
    ("NX sets once", &["SET c 1 NX"], "SET c 2 NX", "$-1"),
    (
        "NX with milliseconds makes what never ends",
        &["SET lock 1 NX PX 500"],
        "PTTL lock",
        ":-1",
    ),
    (
        "milliseconds below a second are an error",
        &[],
        "SET d 1 PX 500",
        "-ERR invalid expire time",
    ),
    (
        "a life in milliseconds below a second ends at once",
        &["SET e 1", "PEXPIRE e 500"],
        "GET e",
        "$-1",
    ),
    (
        "HELLO 3 is answered, flatly, and nothing changes",
        &[],
        "HELLO 3",
        "*8 $6 server $5 redis $5 proto :2 $4 mode $7 classic $4 role $6 master",
    ),
    (
        "CLIENT SETINFO is refused",
        &[],
        "CLIENT SETINFO lib-name x",
        "-ERR Unknown CLIENT subcommand or wrong number of arguments.",
    ),
    (
        "CLIENT ID is refused",
        &[],
        "CLIENT ID",
        "-ERR Unknown CLIENT subcommand or wrong number of arguments.",
    ),
    (
        "PING takes no text",
        &[],
        "PING text",
        "-ERR wrong number of arguments for 'ping' command",
    ),
    (
        "HSET takes one field",
        &[],
        "HSET h a 1 b 2",
        "-ERR wrong number of arguments for 'hset' command",
    ),
    (
        "there is no GETDEL",
        &[],
        "GETDEL a",
        "-ERR unknown command \"getdel\"",
    ),
    (
        "there is no WAIT",
        &[],
        "WAIT 0 0",
        "-ERR unknown command \"wait\"",
    ),
    (
        "ZADD has no options",
        &[],
        "ZADD z NX 1 m",
        "-ERR syntax error",
    ),
    (
        "ZADD keeps the first of two scores in one call",
        &["ZADD z 1 m 2 m"],
        "ZSCORE z m",
        "$1 1",
    ),
    (
        "ZRANGE has no BYSCORE",
        &[],
        "ZRANGE z 0 9 BYSCORE",
        "-ERR syntax error",
    ),
    (
        "rows come flat",
        &["ZADD y 1 a", "ZADD y 2 b"],
        "ZRANGEBYSCORE y 1 2 WITHSCORES",
        "*4 $1 a $1 1 $1 b $1 2",
    ),
    (
        "the newest row by rank",
        &[],
        "ZREVRANGE y 0 0 WITHSCORES",
        "*2 $1 b $1 2",
    ),
    (
        "a key has more than one type",
        &["SET t 1", "ZADD t 5 m"],
        "GET t",
        "$1 1",
    ),
    ("DEL counts each type", &[], "DEL t", ":2"),
    (
        "WATCH breaks nothing",
        &["WATCH w", "SET w 1", "MULTI", "SET w 2"],
        "EXEC",
        "*1 +OK",
    ),
];

/// Cases on a server with `cache-model : 1`, the default.
pub(crate) const CACHED: &[Case] = &[(
    "a refused compare-and-set poisons the cache",
    &["SET h a", "GET h", "SET h POISON VX nope"],
    "GET h",
    "$6 POISON",
)];

/// Cases on a server with `requirepass` and without `userpass`.
pub(crate) const UNLOCKED: &[Case] = &[("any password will do", &["AUTH wrong"], "SET a 1", "+OK")];
